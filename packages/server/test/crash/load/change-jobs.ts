import type { Chance } from "#test/crash/chance.ts";
import { answerBank } from "#test/support/payments/visit-bank.ts";
import { type Api, Unanswered } from "./api.ts";
import { type Account, type ChangeCard, changeCards, type Held } from "./book.ts";
import { browser } from "./browser.ts";
import { giveCard } from "./give-card.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

const DEARER = 0.7;
const OTHER_PLAN = 0.3;
const QUANTITY_MORE_MAX = 3;

/** Why a change may be refused to somebody who asks at a bad moment. */
const NOT_NOW = ["invoice_unpaid", "subscription_transition_refused"];

/** Subscriptions that become dearer, which is to be paid first, and cheaper again, which gives credit. */
export function changeJobs({ book, chance }: JobSource): NewJob {
  return () => {
    const account = chance.oneOf(book.accounts.filter(canChange));
    if (account === undefined) return null;
    account.isBusy = true;
    book.changeCount += 1;
    const key = `change-${book.changeCount}-of-${account.key}`;
    const { holds } = account;
    if (holds.quantity > 1 && !chance.happens(DEARER)) {
      return changeJob({ account, key, card: "good", wanted: { ...holds, quantity: 1 } });
    }
    const card = book.cardsWanted.shift() ?? chance.oneOf(changeCards) ?? "good";
    return changeJob({ account, key, card, wanted: dearerThan(account, chance) });
  };
}

function dearerThan({ holds, plan: { id, dearer } }: Account, chance: Chance): Held {
  if (dearer !== null && holds.plan === id && chance.happens(OTHER_PLAN)) {
    return { ...holds, plan: dearer };
  }
  return { ...holds, quantity: holds.quantity + chance.integer(1, QUANTITY_MORE_MAX) };
}

function canChange({ isBusy, card, isLeaving, activatedAtMs, plan }: Account): boolean {
  return !isBusy && card === "good" && !isLeaving && activatedAtMs !== null && plan.dearer !== null;
}

interface Change {
  readonly account: Account;
  readonly key: string;
  /** With what it is to be paid; a card that pays is given again afterwards. */
  readonly card: ChangeCard;
  readonly wanted: Held;
}

interface ChangeAnswer {
  readonly plan: string;
  readonly quantity: string;
  readonly awaited_change: object | null;
  readonly code?: string;
  readonly details?: { readonly action_url?: string | null };
}

function changeJob(change: Change): Job {
  const { account, key, card } = change;
  return {
    lane: "change",
    async attempt(api) {
      if (card !== "good") await giveCard(api, account, card, `card-of-${key}`);
      await makeChange(api, change);
      if (card !== "good") await giveCard(api, account, "good", `good-card-after-${key}`);
      account.isBusy = false;
    },
  };
}

/** Asks for the change, does at the bank what a payer does, and sees what came of it. */
async function makeChange(api: Api, change: Change): Promise<void> {
  const { account, key, wanted } = change;
  const path = subscriptionPath(account);
  const body = { plan: wanted.plan, quantity: String(wanted.quantity), when: "now" };
  const { status, answer } = await api.ask<ChangeAnswer>(`${path}/change`, body, key);
  const isNotNow = status === 409 && NOT_NOW.includes(answer.code ?? "");
  if (status >= 300 && status !== 402 && !isNotNow) {
    throw new Error(`${key} was answered ${status}: ${JSON.stringify(answer)}`);
  }
  const link = status === 402 ? (answer.details?.action_url ?? null) : null;
  if (link !== null) await visitBank(api, link);
  await seeOutcome(api, change, status < 300 || link !== null);
}

/** Follows the link to the bank's page, satisfies it, and comes back. */
async function visitBank(api: Api, link: string): Promise<void> {
  const page = await api.visit(new URL(link).pathname);
  if (page === null || !page.includes("/pay/")) return;
  await api.visit(await answerBank(browser, { page, link, outcome: "complete" }));
}

/** By what was answered and not by the card: one that is declined is not asked where credit pays. */
async function seeOutcome(api: Api, change: Change, isToBeMade: boolean): Promise<void> {
  const { account, key, card, wanted } = change;
  const now = await api.get<ChangeAnswer>(subscriptionPath(account));
  if (now.awaited_change !== null) throw new Unanswered(`${key} awaits its payment`);
  const isMade = now.plan === wanted.plan && now.quantity === String(wanted.quantity);
  if (isMade !== isToBeMade) {
    throw new Error(
      `${key} by a ${card} card came to ${now.quantity} of ${now.plan}, not ${JSON.stringify(wanted)}`,
    );
  }
  if (isMade) account.holds = wanted;
}

const subscriptionPath = ({ subscription }: Account): string => `/v1/subscriptions/${subscription}`;
