import { present } from "#kernel/assert.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import type { Api } from "#test/crash/load/api.ts";
import type { Account, Book } from "#test/crash/load/book.ts";
import type { Evidence } from "./invariant.ts";

interface JournaledCharge {
  readonly id: string;
  readonly paymentIntent: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
}

/** What was sent, sold and charged so far, as far as it is known outside of the database. */
export async function gatherEvidence(book: Book, api: Api): Promise<Evidence> {
  const charges = await api.get<JournaledCharge[]>("/stripe-sandbox/_sandbox/charges");
  return {
    events: book.events.map(({ account, metric, quantity, reference, isAcknowledged }) => ({
      reference,
      metric,
      quantity,
      subscription: ownHalf(account),
      acknowledged: isAcknowledged,
    })),
    accounts: book.accounts
      .filter(({ subscription }) => subscription !== null)
      .map((account) => ({
        key: account.key,
        subscription: ownHalf(account),
        bad_payer: account.isBadPayer,
      })),
    charges: charges.map(({ id, paymentIntent, amount, currency, status }) => ({
      id,
      payment_intent: paymentIntent,
      amount: String(amount),
      currency,
      succeeded: status === "succeeded",
    })),
  };
}

function ownHalf({ subscription }: Account): string {
  const id = parseOwnedId("subscription", subscription ?? "");
  return String(present(id, "the server gave this id").id);
}
