import { isColorful } from "../config.ts";

type Mark = (text: string) => string;

/** Marks parts of a text; the identity where the stream is no terminal. */
export interface Colors {
  readonly bold: Mark;
  readonly quiet: Mark;
  readonly good: Mark;
  readonly bad: Mark;
}

const RESET = "\u001b[0m";

export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const isOn = isColorful(stream);
  const mark = (code: number) => (text: string) => (isOn ? `\u001b[${code}m${text}${RESET}` : text);
  return { bold: mark(1), quiet: mark(2), good: mark(32), bad: mark(31) };
}
