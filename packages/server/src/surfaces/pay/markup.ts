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

const STYLE = `
      :root {
        --ground: #f4f5f7; --card: #ffffff; --text: #1a1d21; --quiet: #4c545e;
        --accent: #1d5bbf; --on-accent: #ffffff; --edge: #dfe3e8; --warn: #8a4b00;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --ground: #14171a; --card: #1e2227; --text: #f0f2f4; --quiet: #b3bbc4;
          --accent: #8ab4f8; --on-accent: #10151c; --edge: #343a41; --warn: #f2b866;
        }
      }
      * { box-sizing: border-box; }
      body {
        margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
        background: var(--ground); color: var(--text);
        font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
      }
      main {
        width: 100%; max-width: 28rem; padding: 2rem; border-radius: 0.75rem;
        background: var(--card); border: 1px solid var(--edge);
      }
      main:has(table) { max-width: 36rem; }
      h1 { margin: 0 0 0.5rem; font-size: 1.375rem; line-height: 1.3; }
      p { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
      p + p { margin-top: 1.5rem; }
      .amount { margin: 0; color: var(--text); font-size: 2rem; font-weight: 650; line-height: 1.2; }
      .amount + p { margin-top: 0.25rem; }
      .note { margin-top: 1rem; color: var(--warn); font-weight: 600; }
      table { width: 100%; margin: 1.5rem 0; border-collapse: collapse; font-size: 1rem; }
      th, td { padding: 0.5rem 0; border-top: 1px solid var(--edge); text-align: left; vertical-align: top; font-weight: 400; }
      th { overflow-wrap: anywhere; }
      td { padding-left: 1rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
      th small { display: block; color: var(--quiet); font-size: 0.875rem; }
      tfoot th, tfoot td { color: var(--quiet); }
      tfoot tr:last-child th, tfoot tr:last-child td { color: var(--text); font-weight: 650; }
      .action {
        display: inline-block; padding: 0.625rem 1.125rem; border-radius: 0.5rem;
        background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
      }
      .wide .action { display: block; text-align: center; }
      .action:hover { text-decoration: underline; }
      .action:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
      @media (max-width: 26rem) { main { padding: 1.25rem; } }
    `;

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
