import { type Html, html } from "./html.ts";

/** A whole document. `assets` is a path relative to the page, so that it holds under any mount path. */
export function layout(title: string, main: Html, assets = "assets"): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets}/pay.css">
<script src="${assets}/pay.js" defer></script>
</head>
<body>
<p class="banner"><strong>Test page.</strong> No real money moves, and real cards are refused.</p>
${main}
</body>
</html>
`;
}
