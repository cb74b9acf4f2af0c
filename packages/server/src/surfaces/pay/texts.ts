import type { PageText } from "./page.ts";

export const HTML = "text/html; charset=utf-8";

/** What the pages without an invoice say. */
export const PAGES = {
  done: {
    title: "You are all set",
    message: "Your card is saved and your subscription is running. You can close this page.",
  },
  paid: {
    title: "Thank you, it is paid",
    message: "Your bank has confirmed the payment. You can close this page.",
  },
  not_finished: {
    title: "The payment is not finished",
    message: "Your bank has not confirmed it yet. Nothing was charged so far.",
  },
  given_back: {
    title: "You get your money back",
    message:
      "There was nothing to pay any more, or it was paid already. What you paid here is being returned to your card.",
  },
  ended: {
    title: "This link has ended",
    message:
      "Its subscription was canceled. Ask whoever sent you the link for a new one if you want it.",
  },
  unknown_link: {
    title: "There is nothing at this address",
    message: "Check that the whole address was copied, or ask whoever sent it to you.",
  },
  unavailable: {
    title: "The payment page does not answer",
    message: "Please try again in a moment. If you have paid already, you will not pay twice.",
  },
  failed: {
    title: "Something went wrong here",
    message: "Please try again in a while. If you have paid already, you will not pay twice.",
  },
} as const satisfies Record<string, PageText>;
