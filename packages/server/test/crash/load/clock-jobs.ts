import { lookWhetherActive } from "./account-jobs.ts";
import type { Account } from "./book.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

const DAY_MS = 86_400_000;
const PERIODS_MAX = 3;

/** Test clocks that are moved over the ends of a few periods each, every one on its own. */
export function clockJobs({ book, chance }: JobSource): NewJob {
  return () => {
    const account = chance.oneOf(book.accounts.filter(isWaiting));
    if (account === undefined) return null;
    return clockJob(account, chance.integer(1, PERIODS_MAX));
  };
}

function isWaiting({ clockMs, subscription, isBusy }: Account): boolean {
  return clockMs !== null && subscription !== null && !isBusy;
}

/** Moves an account's test clock on by so many periods, asking until it has arrived. */
export function clockJob(account: Account, periods: number): Job {
  const toMs = (account.clockMs ?? 0) + periods * account.plan.periodDays * DAY_MS;
  account.isBusy = true;
  return {
    lane: "clock",
    async attempt(api) {
      await api.post(`/v1/customers/${account.customer}/test_clock/advance`, {
        to: new Date(toMs).toISOString(),
      });
      account.clockMs = toMs;
      if (account.activatedAtMs === null) await lookWhetherActive(api, account);
      account.isBusy = false;
    },
  };
}
