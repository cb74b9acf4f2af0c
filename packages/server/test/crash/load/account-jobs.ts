import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Api, Unanswered } from "./api.ts";
import type { Account, Book, SoldPlan } from "./book.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

/** Where every test clock begins. */
const CLOCK_START_MS = Date.UTC(2026, 0, 1);
const REPEATED = 0.3;
const BAD_PAYERS = 0.1;

// The second one is saved without a word, and declined whenever it is charged.
const GOOD_CARD = "4242 4242 4242 4242";
const FAILING_CARD = "4000 0000 0000 0341";

const ON_PAGE = 0.4;

/** New customers, each with a card and a subscription, and the selling of old ones asked for again. */
export function accountJobs({ book, chance }: JobSource, plans: readonly SoldPlan[]): NewJob {
  function newAccount(plan: SoldPlan): Account {
    const account: Account = {
      key: `account-${book.accounts.length + 1}`,
      plan,
      // Billed in advance such a payer would never begin.
      isBadPayer: plan.periodDays === 1 && chance.happens(BAD_PAYERS),
      customer: null,
      hasCard: false,
      paysOnPage: chance.happens(ON_PAGE),
      paymentUrl: null,
      subscription: null,
      activatedAtMs: null,
      clockMs: plan.isOnTestClock ? CLOCK_START_MS : null,
      isTravelling: false,
    };
    book.accounts.push(account);
    return account;
  }

  return () => {
    const known = chance.oneOf(book.accounts);
    if (known && known.subscription !== null && chance.happens(REPEATED)) {
      return { lane: "account", attempt: (api) => sellAgain(book, api, known) };
    }
    const plan = chance.oneOf(plans);
    return plan === undefined ? null : accountJob(book, newAccount(plan));
  };
}

function accountJob(book: Book, account: Account): Job {
  return {
    lane: "account",
    async attempt(api) {
      account.customer ??= await createCustomer(api, account);
      if (!account.paysOnPage && !account.hasCard) await saveCard(api, account);
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

async function saveCard(api: Api, { key, customer, isBadPayer }: Account): Promise<void> {
  const token = isBadPayer ? "pm_card_chargeCustomerFail" : "pm_card_visa";
  await api.post(`/v1/customers/${customer}/payment_methods`, { token }, `card-of-${key}`);
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
async function payByPage(api: Api, { key, paymentUrl, isBadPayer }: Account): Promise<void> {
  if (paymentUrl === null) throw new Error(`${key} was given no payment link`);
  const page = await api.visit(new URL(paymentUrl).pathname);
  if (page?.includes("/pay/cs_") !== true) return;
  const card = isBadPayer ? FAILING_CARD : GOOD_CARD;
  const back = new URL(await payOnPage({ fetch: asBrowser }, page, card));
  await api.visit(`${back.pathname}${back.search}`);
}

const asBrowser = (input: Request | URL | string, init: RequestInit = {}) =>
  fetch(input, { ...init, redirect: "manual" });

/** What is billed in advance begins when it is paid, some moments after it is sold. */
export async function lookWhetherActive(api: Api, account: Account): Promise<void> {
  const { activated_at } = await api.get<{ activated_at: string | null }>(
    `/v1/subscriptions/${account.subscription}`,
  );
  account.activatedAtMs = activated_at === null ? null : Date.parse(activated_at);
}
