/**
 * What every answer below a surface of pages carries, errors too: the page runs no script, is shown in no
 * frame, tells nobody where its visitor comes from, and sends forms home or to the card page. HTTPS is
 * the proxy's to insist on.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "form-action *",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};
