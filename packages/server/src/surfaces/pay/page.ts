import { escaped, frame, type Markup, markup } from "./markup.ts";

/** What a page says. None of it is markup. */
export interface PageText {
  readonly title: string;
  readonly message: string;
  readonly action?: PageAction;
}

export interface PageAction {
  readonly label: string;
  readonly href: string;
}

/** A small page of its own: a title, a message and perhaps where to go on. */
export function page({ title, message, action }: PageText): string {
  const link = action === undefined ? "" : `\n      <p>${actionLink(action)}</p>`;
  return frame(
    title,
    markup(`<h1>${escaped(title)}</h1>
      <p>${escaped(message)}</p>${link}`),
  );
}

export function actionLink({ label, href }: PageAction): Markup {
  return markup(`<a class="action" href="${escaped(href)}">${escaped(label)}</a>`);
}
