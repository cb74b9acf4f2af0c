/** What a page says. None of it is markup. */
export interface PageText {
  readonly title: string;
  readonly message: string;
  readonly action?: { readonly label: string; readonly href: string };
}

/**
 * A small page of its own: readable on a phone, in the light and in the dark, without any script.
 */
export function page({ title, message, action }: PageText): string {
  const link =
    action === undefined
      ? ""
      : `\n      <p><a class="action" href="${escaped(action.href)}">${escaped(action.label)}</a></p>`;
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
      <h1>${escaped(title)}</h1>
      <p>${escaped(message)}</p>${link}
    </main>
  </body>
</html>
`;
}

const STYLE = `
      :root {
        --ground: #f4f5f7; --card: #ffffff; --text: #1a1d21; --quiet: #4c545e;
        --accent: #1d5bbf; --on-accent: #ffffff; --edge: #dfe3e8;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --ground: #14171a; --card: #1e2227; --text: #f0f2f4; --quiet: #b3bbc4;
          --accent: #8ab4f8; --on-accent: #10151c; --edge: #343a41;
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
      h1 { margin: 0 0 0.5rem; font-size: 1.375rem; line-height: 1.3; }
      p { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
      p + p { margin-top: 1.5rem; }
      .action {
        display: inline-block; padding: 0.625rem 1.125rem; border-radius: 0.5rem;
        background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none;
      }
      .action:hover { text-decoration: underline; }
      .action:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    `;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
