import { CommandFailure } from "../../failure.ts";

const TEST_CARD = {
  number: "4242 4242 4242 4242",
  expiry: "12 / 34",
  cvc: "123",
  name: "Ada Brown",
};

const REDIRECTS_MAX = 5;

/**
 * Does what a payer does in a browser: opens the link, is led to the hosted page, types the public
 * test card into its form, sends it and is led back. Answers the text of the last page's heading.
 */
export async function saveCardOnPage(shortLink: string): Promise<string> {
  const page = await follow(shortLink);
  const answer = await fetch(formTarget(page), {
    method: "POST",
    body: new URLSearchParams(TEST_CARD),
    redirect: "manual",
  });
  const { html } = await follow(locationOf(answer, page.url));
  return /<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1] ?? "";
}

interface Page {
  readonly url: string;
  readonly html: string;
}

async function follow(link: string): Promise<Page> {
  let url = link;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
    const answer = await fetch(url, { redirect: "manual" });
    if (answer.ok) return { url, html: await answer.text() };
    url = locationOf(answer, url);
  }
  throw new CommandFailure(`${link} leads round in circles.`);
}

function locationOf(answer: Response, from: string): string {
  const location = answer.headers.get("location");
  if (location !== null) return new URL(location, from).href;
  throw new CommandFailure(`${from} answered ${answer.status} where it should lead on.`);
}

/** The form posts to its `action`, or to the page's own address when it names none. */
function formTarget({ url, html }: Page): string {
  const form = /<form\b[^>]*>/.exec(html)?.[0];
  if (form === undefined) throw new CommandFailure(`${url} shows no form for a card.`);
  const action = /\baction="([^"]*)"/.exec(form)?.[1] ?? "";
  return new URL(action, url).href;
}
