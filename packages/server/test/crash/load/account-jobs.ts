import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Api, Unanswered } from "./api.ts";
import type { Account, Book, CardKind, SoldPlan } from "./book.ts";
import { browser } from "./browser.ts";
import { CARDS, giveCard } from "./give-card.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

/** Where every test clock begins. */
const CLOCK_START_MS = Date.UTC(2026, 0, 1);
const REPEATED = 0.3;
const UNUSUAL = 0.3;
const ON_PAGE = 0.4;
const LEAVING = 0.2;

const UNUSUAL_CARDS = ["declined", "disputed", "inquired", "refund pends", "refund fails"] as const;

/** New customers, each with a card and a subscription, and the selling of old ones asked for again. */
export function accountJobs({ book, chance }: JobSource, plans: readonly SoldPlan[]): NewJob {
  function newAccount(plan: SoldPlan): Account {
    const isLeaving = plan.isPaidInAdvance && (book.leaversWanted > 0 || chance.happens(LEAVING));
    if (isLeaving) book.leaversWanted -= 1;
    const account: Account = {
      key: `account-${book.accounts.length + 1}`,
      plan,
      card: isLeaving ? "good" : cardFor(plan),
      isLeaving,
      customer: null,
      hasCard: false,
      paysOnPage: isLeaving || chance.happens(ON_PAGE),
      paymentUrl: null,
      openPage: null,
      pageBack: null,
      subscription: null,
      activatedAtMs: null,
      clockMs: plan.isOnTestClock ? CLOCK_START_MS : null,
      isBusy: false,
      cardKeys: new Set(),
      noteKeys: new Set(),
      oneOffKeys: new Set(),
      holds: { plan: plan.id, quantity: 1 },
    };
    book.accounts.push(account);
    return account;
  }

  function cardFor({ isPaidInAdvance }: SoldPlan): CardKind {
    const met = new Set(book.accounts.map(({ card }) => card));
    // Who has to pay in advance and cannot would never begin.
    const kinds = UNUSUAL_CARDS.filter((kind) => !(isPaidInAdvance && kind === "declined"));
    const unmet = kinds.find((kind) => !met.has(kind));
    if (unmet !== undefined) return unmet;
    return chance.happens(UNUSUAL) ? (chance.oneOf(kinds) ?? "good") : "good";
  }

  return () => {
    const isLeaverWanted = book.leaversWanted > 0;
    const known = chance.oneOf(book.accounts);
    if (!isLeaverWanted && known?.subscription != null && chance.happens(REPEATED)) {
      return { lane: "account", attempt: (api) => sellAgain(book, api, known) };
    }
    const plan = chance.oneOf(
      plans.filter(({ isPaidInAdvance }) => isPaidInAdvance || !isLeaverWanted),
    );
    return plan === undefined ? null : accountJob(book, newAccount(plan));
  };
}

function accountJob(book: Book, account: Account): Job {
  return {
    lane: "account",
    async attempt(api) {
      account.customer ??= await createCustomer(api, account);
      if (account.isLeaving) return leave(book, api, account);
      if (!account.paysOnPage && !account.hasCard) {
        await giveCard(api, account, account.card, `card-of-${account.key}`);
      }
      account.hasCard ||= !account.paysOnPage;
      if (account.subscription === null) await subscribe(book, api, account);
      if (!account.hasCard) await payByPage(api, account);
      account.hasCard = true;
      await lookWhetherActive(api, account);
    },
  };
}

async function sellAgain(book: Book, api: Api, account: Account): Promise<void> {
  await subscribe(book, api, account);
  await lookWhetherActive(api, account);
}

async function createCustomer(api: Api, { key, clockMs }: Account): Promise<string> {
  const clock = clockMs === null ? {} : { test_clock: { now: new Date(clockMs).toISOString() } };
  const body = { name: key, metadata: { key }, ...clock };
  const { id } = await api.post<{ id: string }>("/v1/customers", body, `customer-of-${key}`);
  return id;
}

/** Asks twice at once under one key, as a caller does that lost patience: both mean the same one. */
async function subscribe(book: Book, api: Api, account: Account): Promise<void> {
  const { key, customer, plan } = account;
  const ask = () =>
    api.post<{ id: string; payment_url: string | null }>(
      "/v1/subscriptions",
      { customer, plan: plan.id, metadata: { key } },
      `subscription-of-${key}`,
    );
  const answers = await Promise.allSettled([ask(), ask()]);
  for (const answer of answers) {
    if (answer.status === "fulfilled") {
      account.subscription ??= answer.value.id;
      account.paymentUrl ??= answer.value.payment_url;
    }
    if (answer.status === "fulfilled" && answer.value.id !== account.subscription) {
      book.problems.push(`${key} was sold twice: ${answer.value.id}, ${account.subscription}`);
    }
  }
  const [refused] = answers.flatMap((answer) =>
    answer.status === "rejected" && !(answer.reason instanceof Unanswered) ? [answer.reason] : [],
  );
  if (refused !== undefined) throw refused;
  if (account.subscription === null) throw new Unanswered("neither of the two was answered");
}

/** Does what a payer does: follows the link, pays on the rail's page, comes back. */
async function payByPage(api: Api, account: Account): Promise<void> {
  const page = await pageOf(api, account);
  if (page === null) return;
  await comeBack(api, await paidOn(page, account));
}

/** Cancels while the page stands open, pays there all the same, and comes back: paid for nothing. */
async function leave(book: Book, api: Api, account: Account): Promise<void> {
  if (account.subscription === null) await subscribe(book, api, account);
  account.openPage ??= await pageOf(api, account);
  if (account.openPage === null) throw new Error(`${account.key} found no page to pay on`);
  const canceling = `/v1/subscriptions/${account.subscription}/cancel`;
  await api.post(canceling, { at_period_end: false }, `canceling-of-${account.key}`);
  account.pageBack ??= await paidOn(account.openPage, account);
  await comeBack(api, account.pageBack);
}

async function pageOf(api: Api, { key, paymentUrl }: Account): Promise<string | null> {
  if (paymentUrl === null) throw new Error(`${key} was given no payment link`);
  const page = await api.visit(new URL(paymentUrl).pathname);
  return page?.includes("/pay/cs_") === true ? page : null;
}

function paidOn(page: string, { card }: Account): Promise<string> {
  return payOnPage(browser, page, CARDS[card].number);
}

async function comeBack(api: Api, url: string): Promise<void> {
  const { pathname, search } = new URL(url);
  await api.visit(`${pathname}${search}`);
}

/** What is billed in advance begins when it is paid, some moments after it is sold. */
export async function lookWhetherActive(api: Api, account: Account): Promise<void> {
  const { activated_at } = await api.get<{ activated_at: string | null }>(
    `/v1/subscriptions/${account.subscription}`,
  );
  account.activatedAtMs = activated_at === null ? null : Date.parse(activated_at);
}
