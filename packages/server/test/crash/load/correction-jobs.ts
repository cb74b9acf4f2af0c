import type { Api } from "./api.ts";
import type { Account } from "./book.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

const NOTES = 0.5;
const TO_RAIL = 0.6;
const SENT = 0.4;
const CENTS_MAX = 60;

/** What is left of the invoice, or of its payment, is less than what was asked for. */
const TOO_LARGE = ["credit_note_too_large", "refund_too_large"];

interface InvoicePage {
  readonly data: readonly {
    readonly id: string;
    readonly status: string;
    readonly amount_paid: string;
  }[];
}

/** Parts of paid invoices that are taken back, to the card or as credit, and things charged once. */
export function correctionJobs({ book, chance }: JobSource): NewJob {
  return () => {
    const account = chance.oneOf(book.accounts.filter(isPaying));
    if (account === undefined) return null;
    book.correctionCount += 1;
    const key = `correction-${book.correctionCount}-of-${account.key}`;
    const amount = `0.${String(chance.integer(1, CENTS_MAX)).padStart(2, "0")}`;
    if (!chance.happens(NOTES)) {
      const collection = chance.happens(SENT) ? "send" : "charge";
      return chargeOnce(account, key, { amount, collection });
    }
    const choice = chance.integer(0, 99);
    const to = chance.happens(TO_RAIL) ? "refund" : "balance";
    return takeBack(account, key, { amount, to, choice });
  };
}

function isPaying({ card, isLeaving, activatedAtMs }: Account): boolean {
  return card === "good" && !isLeaving && activatedAtMs !== null;
}

interface TakenBack {
  readonly amount: string;
  readonly to: "refund" | "balance";
  /** Which of the paid invoices, whatever their number. */
  readonly choice: number;
}

function takeBack(account: Account, key: string, { amount, to, choice }: TakenBack): Job {
  let invoice: string | null = null;
  return {
    lane: "correction",
    async attempt(api) {
      invoice ??= await paidInvoice(api, account, choice);
      if (invoice === null) return;
      const body = { amount, to, reason: "The crash suite thought better of it" };
      const path = `/v1/invoices/${invoice}/credit_notes`;
      const { status, answer } = await api.ask<{ code?: string }>(path, body, key);
      if (status < 300) account.noteKeys.add(key);
      else if (!TOO_LARGE.includes(answer.code ?? "")) {
        throw new Error(`${key} was answered ${status}: ${JSON.stringify(answer)}`);
      }
    },
  };
}

async function paidInvoice(api: Api, account: Account, choice: number): Promise<string | null> {
  const path = `/v1/invoices?limit=100&customer=${account.customer}`;
  const paid = (await api.get<InvoicePage>(path)).data.filter(
    ({ status, amount_paid }) => status === "paid" && Number(amount_paid) > 0,
  );
  return paid[choice % Math.max(1, paid.length)]?.id ?? null;
}

interface ChargedOnce {
  readonly amount: string;
  readonly collection: "charge" | "send";
}

function chargeOnce(account: Account, key: string, { amount, collection }: ChargedOnce): Job {
  return {
    lane: "correction",
    async attempt(api) {
      const lines = [{ description: key, quantity: "2", unit_amount: amount }];
      const body = { customer: account.customer, currency: "USD", lines, collection };
      await api.post("/v1/invoices", body, key);
      account.oneOffKeys.add(key);
    },
  };
}
