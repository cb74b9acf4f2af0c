/** The hosted page's style sheet. Colors are chosen for a contrast of at least 4.5 in both schemes. */
export const style = `:root {
  color-scheme: light dark;
  --page: #f3f4f8; --panel: #ffffff; --text: #171a24; --soft: #565d70; --line: #d9dce6;
  --field: #ffffff; --field-line: #868da1; --accent: #3d4ed8; --accent-strong: #2f3db4; --on-accent: #ffffff;
  --bad: #b3203a; --bad-soft: #fdecef; --note: #6b4700; --note-soft: #fff1cf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1118; --panel: #181b26; --text: #eef0f7; --soft: #a5acc0; --line: #2c3142;
    --field: #10131c; --field-line: #6d748b; --accent: #93a1ff; --accent-strong: #b0baff; --on-accent: #10131c;
    --bad: #ff9aab; --bad-soft: #3a1a24; --note: #ffdd94; --note-soft: #3a2d10;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
[hidden] { display: none !important; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.banner {
  margin: 0; padding: .55rem 1rem; text-align: center; font-size: .9rem;
  background: var(--note-soft); color: var(--note);
}
.checkout {
  display: grid; grid-template: "summary panel" auto "cards panel" 1fr / minmax(0, 1fr) minmax(0, 1.05fr);
  gap: 2.5rem 4rem; max-width: 68rem; margin: 0 auto; padding: 3.5rem 1.5rem 4rem; align-items: start;
}
.summary { grid-area: summary; }
.panel { grid-area: panel; }
.test-cards { grid-area: cards; }
.back { margin: 0 0 1.5rem; }
.back a { text-decoration: none; }
.back a:hover { text-decoration: underline; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1.kicker { font-size: 1.15rem; font-weight: 600; letter-spacing: 0; color: var(--soft); }
h2 { margin: 0; font-size: 1rem; }
.amount { margin: .15rem 0 1.75rem; font-size: 2.4rem; font-weight: 700; letter-spacing: -.02em; line-height: 1.2; }
.lead { margin: .6rem 0 0; font-size: 1.1rem; color: var(--soft); }
.items { list-style: none; margin: 0; padding: 0; }
.items li {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem 1.5rem;
  padding: .8rem 0; border-top: 1px solid var(--line);
}
.item-name { font-weight: 600; overflow-wrap: anywhere; }
.item-total, .total strong, .amount { font-variant-numeric: tabular-nums; }
.item-note { grid-column: 1; color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.total {
  display: flex; justify-content: space-between; gap: 1.5rem; margin: 0; padding: .9rem 0;
  border-top: 1px solid var(--line); font-weight: 600;
}
.panel {
  background: var(--panel); border: 1px solid var(--line); border-radius: 16px; padding: 1.75rem;
  box-shadow: 0 1px 2px rgb(20 24 40 / .05), 0 12px 32px rgb(20 24 40 / .07);
}
.card-form { display: grid; gap: 1rem; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; align-items: start; }
.row.address { align-items: end; }
.field { display: grid; gap: .35rem; min-width: 0; }
label { font-size: .9rem; font-weight: 600; }
.optional { font-weight: 400; color: var(--soft); }
input, select {
  width: 100%; min-height: 2.9rem; padding: .55rem .8rem; font: inherit; color: inherit;
  background-color: var(--field); border: 1px solid var(--field-line); border-radius: 9px;
}
input::placeholder { color: var(--soft); opacity: .75; }
#number, #expiry, #cvc { font-variant-numeric: tabular-nums; }
[aria-invalid="true"] { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
.field-error { margin: 0; font-size: .88rem; color: var(--bad); }
#problem:empty { display: none; }
.problem { padding: .8rem 1rem; border-radius: 9px; background: var(--bad-soft); color: var(--bad); }
.primary {
  display: inline-block; min-height: 3rem; padding: .7rem 1.4rem; border: 0; border-radius: 9px;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 650;
  text-align: center; text-decoration: none; cursor: pointer;
}
.primary:hover { background: var(--accent-strong); }
.card-form .primary { width: 100%; margin-top: .25rem; }
.secondary {
  min-height: 3rem; padding: .7rem 1.4rem; border: 1px solid var(--field-line); border-radius: 9px;
  background: transparent; color: inherit; font: inherit; cursor: pointer;
}
.secondary:hover { border-color: var(--bad); color: var(--bad); }
.choices { display: grid; gap: .75rem; max-width: 22rem; margin: 0 auto; }
[aria-busy="true"] .primary { opacity: .65; cursor: progress; }
.hint { margin: .1rem 0 .6rem; font-size: .9rem; color: var(--soft); }
.test-cards ul { list-style: none; margin: 0; padding: 0; }
.test-cards li {
  display: grid; grid-template-columns: 10.5rem minmax(0, 1fr) auto; align-items: center; gap: .15rem .9rem;
  min-height: 2.5rem; padding: .2rem 0; font-size: .9rem;
}
.test-cards li + li { border-top: 1px solid var(--line); }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: nowrap; }
.card-label { color: var(--soft); }
.use {
  min-height: 2rem; padding: .2rem .85rem; border: 1px solid var(--field-line); border-radius: 9px;
  background: transparent; color: inherit; font: inherit; font-size: .88rem; cursor: pointer;
}
.use:hover { border-color: var(--accent); color: var(--accent); }
.notice { max-width: 34rem; margin: 0 auto; padding: 6rem 1.5rem; text-align: center; }
.notice p { margin: .75rem 0 1.5rem; color: var(--soft); }
.notice .primary { color: var(--on-accent); }
@media (max-width: 52rem) {
  .checkout {
    grid-template: "summary" auto "panel" auto "cards" auto / minmax(0, 1fr);
    gap: 1.75rem; padding: 1.5rem 1rem 3rem; max-width: 34rem;
  }
  .amount { font-size: 2rem; margin-bottom: 1.1rem; }
  .panel { padding: 1.25rem; }
}
@media (max-width: 28rem) {
  .row.address { grid-template-columns: minmax(0, 1fr); }
  .test-cards li { grid-template-columns: minmax(0, 1fr) auto; }
  .card-label { grid-column: 1; grid-row: 2; }
  .use { grid-row: 1 / span 2; grid-column: 2; min-height: 2.75rem; }
}
`;
