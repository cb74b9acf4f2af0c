/** Said at the top of every page, so that nobody mends the copy. */
export const GENERATED =
  "<!-- Made by `npm run docs`. Edit the source that it names, not this page. -->";

/** A table of texts. Cells may hold Markdown, but neither line breaks nor unescaped pipes. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** The parts of a page, with a blank line between them. */
export function page(...parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
