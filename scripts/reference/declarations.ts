import { join } from "node:path";
import ts from "typescript";

/** Where a type is declared: the file from the repository's root, and its name. */
export interface Declared {
  readonly file: string;
  readonly name: string;
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** A property, and the types that it is made of, as TypeScript. */
export interface QuotedProperty {
  readonly property: string;
  /** What it is declared as. */
  readonly type: string;
  readonly declarations: string;
}

/**
 * Quotes the type of each property of interfaces, followed by the types that it names and that have
 * not been quoted before. Parts of other types (`Invoice["status"]`) are written out.
 */
export function quotedProperties(root: string, declared: readonly Declared[]): QuotedProperty[] {
  const quoted = new Set<string>();
  return declared.flatMap((one) => propertiesOf(root, one, quoted));
}

function propertiesOf(
  root: string,
  { file, name }: Declared,
  quoted: Set<string>,
): QuotedProperty[] {
  const program = programOf(join(root, file), root);
  const checker = program.getTypeChecker();
  const declaration = declarationIn(program.getSourceFile(join(root, file)), name);
  return nodesOf(declaration)
    .filter(ts.isPropertySignature)
    .map((property) => ({
      property: property.name.getText(),
      type: property.type?.getText() ?? "unknown",
      declarations: namedIn(property, checker)
        .flatMap((named) => quote(named, checker, quoted))
        .join("\n\n"),
    }));
}

function programOf(file: string, root: string): ts.Program {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram([file], { ...options, types: [] });
}

function quote(declaration: Declaration, checker: ts.TypeChecker, quoted: Set<string>): string[] {
  // Each interface is read as a program of its own, which knows a type by its place alone.
  const place = `${declaration.getSourceFile().fileName} ${declaration.name.text}`;
  if (quoted.has(place)) return [];
  quoted.add(place);
  const further = namedIn(declaration, checker).flatMap((next) => quote(next, checker, quoted));
  return [text(declaration, checker), ...further];
}

/** The declaration's own text, without `export`, and with the parts of other types written out. */
function text(declaration: Declaration, checker: ts.TypeChecker): string {
  const start = declaration.getStart();
  let written = declaration.getText();
  for (const node of nodesOf(declaration).filter(ts.isIndexedAccessTypeNode).toReversed()) {
    const type = checker.getTypeFromTypeNode(node);
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
    const spelt = checker.typeToString(type, undefined, flags);
    written = written.slice(0, node.getStart() - start) + spelt + written.slice(node.end - start);
  }
  return written.replace(/^export /, "");
}

/** The declarations of ours that a piece of code names. */
function namedIn(node: ts.Node, checker: ts.TypeChecker): Declaration[] {
  return nodesOf(node)
    .filter(ts.isTypeReferenceNode)
    .filter((reference) => !ts.isIndexedAccessTypeNode(reference.parent))
    .flatMap(({ typeName }) => checker.getSymbolAtLocation(typeName) ?? [])
    .map((symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    )
    .flatMap((symbol) => (symbol.declarations ?? []).filter(isDeclaration))
    .filter((declaration) => !isOfLibrary(declaration));
}

function isOfLibrary(declaration: Declaration): boolean {
  return declaration.getSourceFile().isDeclarationFile;
}

function declarationIn(source: ts.SourceFile | undefined, name: string): Declaration {
  const found = source?.statements.find((node) => isDeclaration(node) && node.name.text === name);
  if (found === undefined) throw new Error(`${name} is no longer declared where the page looks`);
  return found as Declaration;
}

function isDeclaration(node: ts.Node): node is Declaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** Every node inside, in the order of the text. */
function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  ts.forEachChild(node, (child) => void nodes.push(child, ...nodesOf(child)));
  return nodes;
}
