import { createHash } from "node:crypto";
import type { JournaledCharge } from "@farthing/stripe-sandbox";
import { present } from "#kernel/assert.ts";
import { parseId, parseOwnedId } from "#kernel/ids.ts";
import type { CardSandbox } from "#test/crash/card-sandbox.ts";
import type { Account, Book } from "#test/crash/load/book.ts";
import type { WebhookReceiver } from "#test/support/webhook-receiver.ts";
import type { ChargeEvidence, Evidence } from "./invariant.ts";

interface World {
  readonly book: Book;
  readonly sandbox: CardSandbox;
  readonly receiver: WebhookReceiver;
}

/** What was sent, sold, charged and received so far, as far as it is known outside of the database. */
export async function gatherEvidence({ book, sandbox, receiver }: World): Promise<Evidence> {
  const charges = await sandbox.charges();
  const disputes = await sandbox.disputes();
  return {
    events: book.events.map((event) => ({
      reference: event.reference,
      metric: event.metric,
      quantity: event.quantity,
      properties: event.properties,
      subscription: ownHalf("subscription", event.account.subscription),
      acknowledged: event.isAcknowledged,
    })),
    accounts: book.accounts.filter(isSold).map((account) => ({
      key: account.key,
      subscription: ownHalf("subscription", account.subscription),
      stays: account.card !== "declined" && !account.isLeaving,
      plan: String(present(parseId("plan", account.holds.plan), "the server gave this id")),
      quantity: account.holds.quantity,
      cards: account.cardKeys.size + (account.paysOnPage ? 1 : 0),
      notes: account.noteKeys.size,
      one_offs: account.oneOffKeys.size,
    })),
    charges: charges.map(chargeEvidence),
    refunds: charges.flatMap(({ paymentIntent, refunds }) =>
      refunds.map(({ id, amount, status }) => ({
        ref: id,
        payment_intent: paymentIntent,
        amount: String(amount),
        status,
      })),
    ),
    disputes: disputes.map(({ id, payment_intent, amount, status }) => ({
      ref: id,
      payment_intent: String(payment_intent),
      amount: String(amount),
      status,
    })),
    messages: receiver.received.map(({ headers, body }) => ({
      event: ownHalf("event", String(headers["webhook-id"])),
      digest: createHash("sha256").update(body).digest("base64"),
    })),
  };
}

/** The key under which the rail carries our own id: a payment's, or a checkout's for its page. */
const MADE_FOR = "farthing_id";

export function chargeEvidence(charge: JournaledCharge): ChargeEvidence {
  const { id, paymentIntent, amount, currency, status, metadata } = charge;
  return {
    id,
    payment_intent: paymentIntent,
    amount: String(amount),
    currency,
    succeeded: status === "succeeded",
    on_page: parseOwnedId("payment", metadata[MADE_FOR] ?? "") === null,
  };
}

const isSold = ({ subscription }: Account): boolean => subscription !== null;

function ownHalf(type: "event" | "subscription", id: string | null): string {
  return String(present(parseOwnedId(type, id ?? ""), "the server gave this id").id);
}
