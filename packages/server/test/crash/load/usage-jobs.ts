import type { Api } from "./api.ts";
import type { Account, Book, SentEvent } from "./book.ts";
import type { Job, JobSource, NewJob } from "./job.ts";

const REPEATED = 0.1;
const IN_BATCHES = 0.2;
const BATCH_MAX = 40;

// What feeds several meters is the rarer kind: batches without it go another way through the server.
const REPORTED = [
  "calls",
  "calls",
  "calls",
  "gigabytes",
  "gigabytes",
  "transfers",
  "sessions",
] as const;
const REGIONS = ["eu", "uk", "us"] as const;
const USERS_MAX = 12;

/** Usage of any account: single events and batches, late ones, corrections, and some of it again. */
export function usageJobs({ book, chance }: JobSource): NewJob {
  function newEvent(account: Account): SentEvent {
    const sign = chance.happens(0.05) ? "-" : "";
    const quantity = `${sign}${chance.integer(1, 20)}.${chance.integer(0, 999_999_999)}`;
    const metric = chance.oneOf(REPORTED) ?? "calls";
    const event: SentEvent = {
      account,
      metric,
      quantity,
      properties: metric === "sessions" ? session() : null,
      reference: `event-${book.events.length + 1}`,
      occurredAtMs: chance.happens(0.2) ? pastInstant(account) : null,
      isAcknowledged: false,
    };
    book.events.push(event);
    return event;
  }

  function session(): Readonly<Record<string, string>> {
    return {
      user: `user-${chance.integer(1, USERS_MAX)}`,
      region: chance.oneOf(REGIONS) ?? REGIONS[0],
    };
  }

  /** In any period up to the account's present, most of which are billed by now. */
  function pastInstant({ activatedAtMs, clockMs }: Account): number | null {
    if (activatedAtMs === null || clockMs === null) return null;
    return chance.integer(activatedAtMs, clockMs);
  }

  return () => {
    const users = book.accounts.filter((account) => isUsing(account));
    const account = chance.oneOf(users);
    if (account === undefined) return null;
    const known = chance.oneOf(book.events);
    if (known?.isAcknowledged && chance.happens(REPEATED)) return usageJob(book, [known]);
    const count = chance.happens(IN_BATCHES) ? chance.integer(2, BATCH_MAX) : 1;
    return usageJob(
      book,
      Array.from({ length: count }, () => newEvent(chance.oneOf(users) ?? account)),
    );
  };
}

// Those who do not pay are put out at some time, and whatever they send is refused from then on.
function isUsing({ activatedAtMs, card }: Account): boolean {
  return activatedAtMs !== null && card !== "declined";
}

interface Outcome {
  readonly reference_id: string;
  readonly status: string;
  readonly code?: string;
}

function usageJob(book: Book, events: readonly SentEvent[]): Job {
  return {
    lane: "usage",
    async attempt(api) {
      const before = events.map(({ isAcknowledged }) => isAcknowledged);
      const outcomes = await sent(api, events);
      for (const [index, event] of events.entries()) {
        const { reference_id, status, code } = outcomes[index] ?? { reference_id: "nothing" };
        const isTaken = status === "duplicate" || (status === "recorded" && !before[index]);
        if (reference_id !== event.reference || !isTaken) {
          book.problems.push(
            `${event.reference}, ${before[index] ? "acknowledged" : "unanswered"} before, was answered ${reference_id} ${status} ${code}`,
          );
        }
        event.isAcknowledged = true;
      }
    },
  };
}

async function sent(api: Api, events: readonly SentEvent[]): Promise<readonly Outcome[]> {
  const [first] = events;
  if (events.length === 1 && first) return [await api.post("/v1/usage", wire(first))];
  const { results } = await api.post<{ results: Outcome[] }>("/v1/usage", events.map(wire));
  return results;
}

function wire({ account, metric, quantity, properties, reference, occurredAtMs }: SentEvent) {
  return {
    subscription: account.subscription,
    metric,
    quantity,
    reference_id: reference,
    ...(properties === null ? {} : { properties }),
    ...(occurredAtMs === null ? {} : { occurred_at: new Date(occurredAtMs).toISOString() }),
  };
}
