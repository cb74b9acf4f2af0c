/** What the pages look like. Colors have a contrast of at least 4.5 in the light and in the dark. */
export const STYLE = `
      :root {
        --ground: #f4f5f7; --card: #ffffff; --text: #1a1d21; --quiet: #4c545e;
        --accent: #1d5bbf; --on-accent: #ffffff; --edge: #dfe3e8;
        --warn: #7a4100; --warn-ground: #fdf1dc; --good: #14602f; --good-ground: #e3f4e8;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --ground: #14171a; --card: #1e2227; --text: #f0f2f4; --quiet: #b3bbc4;
          --accent: #8ab4f8; --on-accent: #10151c; --edge: #343a41;
          --warn: #f2b866; --warn-ground: #3a2c14; --good: #7fd79b; --good-ground: #17331f;
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
      .head { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; align-items: center; margin-bottom: 0.5rem; }
      .head h1 { margin: 0; }
      .head p { flex: 1 0 100%; color: var(--text); font-weight: 600; }
      .state {
        padding: 0.125rem 0.75rem; border-radius: 1rem; border: 1px solid var(--edge);
        color: var(--quiet); font-size: 0.875rem; font-weight: 600;
      }
      .overdue { background: var(--warn-ground); color: var(--warn); border-color: transparent; }
      .paid { background: var(--good-ground); color: var(--good); border-color: transparent; }
      .amount { color: var(--text); font-size: clamp(1.375rem, 7vw, 2rem); font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
      .amount + p { margin-top: 0.25rem; }
      .note, .test { padding: 0.625rem 0.875rem; border-radius: 0.5rem; background: var(--warn-ground); color: var(--warn); }
      .note { margin-top: 1rem; font-weight: 600; }
      .test { margin-bottom: 1.5rem; font-size: 0.9375rem; }
      dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.25rem 1.25rem; margin: 1.75rem 0 0; font-size: 1rem; }
      dt { color: var(--quiet); }
      dd { margin: 0; overflow-wrap: anywhere; }
      table { width: 100%; margin: 1.5rem 0 0; border-collapse: collapse; font-size: 1rem; }
      caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      th, td { padding: 0.5rem 0; border-top: 1px solid var(--edge); text-align: left; vertical-align: top; font-weight: 400; }
      thead th { border-top: 0; color: var(--quiet); font-size: 0.875rem; }
      th { overflow-wrap: anywhere; }
      td, th.sum { padding-left: 1rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
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
      @media print {
        :root { --ground: #ffffff; --card: #ffffff; --text: #000000; --quiet: #333333; --edge: #999999; }
        body { display: block; padding: 0; }
        main, main:has(table) { max-width: none; padding: 0; border: 0; }
        .action, .note { display: none; }
        tr { break-inside: avoid; }
      }
    `;
