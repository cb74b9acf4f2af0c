import { STYLE } from "./style.ts";

/** Text that goes into a page as it stands. */
export type Markup = string & { readonly isMarkup: true };

/** Says of a text that everything in it that came from elsewhere is escaped. */
export function markup(text: string): Markup {
  return text as Markup;
}

/**
 * A page around its content: readable on a phone, in the light and in the dark, without any script.
 */
export function frame(title: string, content: Markup): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${escaped(title)}</title>
    <link rel="icon" href="data:,">
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      ${content}
    </main>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escaped(text: string): Markup {
  return markup(text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? ""));
}
