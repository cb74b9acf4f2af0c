import type { Chance } from "#test/crash/chance.ts";
import type { Api } from "#test/crash/load/api.ts";
import type { Account, Book } from "#test/crash/load/book.ts";

const EXPLAINED_MAX = 60;

interface InvoicePage {
  readonly data: readonly { readonly id: string; readonly lines: readonly { line: number }[] }[];
}

/**
 * What breaks a promise that the API makes of the same data: lines that do not follow from their
 * events, of some invoices, and event numbers with a gap.
 */
export async function findBreachesByApi(api: Api, book: Book, chance: Chance): Promise<string[]> {
  return [...(await unexplained(api, book, chance)), ...(await gapsInLog(api))];
}

async function unexplained(api: Api, { accounts }: Book, chance: Chance): Promise<string[]> {
  const breaches: string[] = [];
  for (let count = 0; count < EXPLAINED_MAX; count += 1) {
    const account = chance.oneOf(accounts) as Account;
    const path = `/v1/invoices?limit=100&subscription=${account.subscription}`;
    const invoice = chance.oneOf((await api.get<InvoicePage>(path)).data);
    for (const { line } of invoice?.lines ?? []) {
      const explained = `/v1/invoices/${invoice?.id}/lines/${line}/explain`;
      const { holds, formula } = await api.get<{ holds: boolean; formula: string }>(explained);
      if (!holds) breaches.push(`not so: ${explained} holds: ${formula}`);
    }
  }
  return breaches;
}

interface EventPage {
  readonly data: readonly { readonly number: number }[];
  readonly has_more: boolean;
}

async function gapsInLog(api: Api): Promise<string[]> {
  for (let last = 0; ; ) {
    const { data, has_more } = await api.get<EventPage>(`/v1/events?limit=100&after=${last}`);
    for (const { number } of data) {
      if (number !== last + 1) return [`not so: event ${number} comes next after ${last}`];
      last = number;
    }
    if (!has_more) return [];
  }
}
