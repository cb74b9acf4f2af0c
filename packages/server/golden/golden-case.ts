/** What one value of a case may be: a word, a figure, or lists and records of them. */
export type Figure =
  | string
  | number
  | boolean
  | null
  | readonly Figure[]
  | { readonly [name: string]: Figure };

export type Figures = Readonly<Record<string, Figure>>;

/** Inputs and the figures that another engine gets from them. */
export interface GoldenCase {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  /** The convention of the engine that the figures come from. */
  readonly policy: string;
  readonly inputs: Figures;
  readonly expected: Figures;
}

/** Says a case of one shape in this engine's words, asks its domain, and says the answer in the case's. */
export interface Adapter {
  /** The topics, separated by blanks. */
  readonly topics: string;
  /** The names of the inputs, separated by blanks; `?` behind those that may be missing. */
  readonly takes: string;
  /** The names that are expected: these and no others. */
  readonly gives: string;
  readonly answer: (golden: GoldenCase) => Figures;
}

/** A topic that this engine does not have yet, or a shape of it. */
export interface Unsupported {
  readonly topics: string;
  /** Only cases with one of these inputs or expectations; without it all of the topic. */
  readonly about?: string;
  readonly reason: string;
}

export function isTaking({ topics, takes, gives }: Adapter, golden: GoldenCase): boolean {
  if (!namesIn(topics).includes(golden.topic)) return false;
  const optional = namesIn(takes)
    .filter((name) => name.endsWith("?"))
    .map((name) => name.slice(0, -1));
  const required = namesIn(takes).filter((name) => !name.endsWith("?"));
  const given = Object.keys(golden.inputs);
  return (
    required.every((name) => given.includes(name)) &&
    given.every((name) => required.includes(name) || optional.includes(name)) &&
    isSame(namesIn(gives), Object.keys(golden.expected))
  );
}

export function isAbout({ topics, about }: Unsupported, golden: GoldenCase): boolean {
  if (!namesIn(topics).includes(golden.topic)) return false;
  if (about === undefined) return true;
  const names = [...Object.keys(golden.inputs), ...Object.keys(golden.expected)];
  return namesIn(about).some((name) => names.includes(name));
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name) => others.includes(name));
}

function namesIn(text: string): string[] {
  return text.split(" ");
}
