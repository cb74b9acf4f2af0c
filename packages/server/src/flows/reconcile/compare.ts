import { ownerOf } from "#flows/made-for.ts";
import { answerOf, type RailAccess } from "#flows/rail-customer.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { formatOwnedId, ownedKey } from "#kernel/ids.ts";
import { sumBySource } from "#modules/ledger/index.ts";
import type { RailRefund } from "#modules/payments/domain/index.ts";
import {
  findProjectsOfCustomers,
  type JournaledMoney,
  type JournalPage,
  type JournalRange,
  listCollected,
  listPaymentsByRailRef,
  listRefunded,
  listRefundsByRailRef,
  type Rail,
  type RailAnswer,
  type RailCharge,
  type SettledPage,
} from "#modules/payments/index.ts";
import {
  type Booking,
  chargeDifference,
  type Difference,
  refundDifference,
  unmatchedBooking,
} from "#modules/reconciliation/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** What comparing one kind of movement came to. */
interface Compared {
  readonly count: number;
  readonly foreignCount: number;
  readonly differences: readonly Difference[];
}

interface Range {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What is compared: a range of one side of a project. */
export interface Comparing extends RailAccess {
  readonly projectId: number;
  readonly range: Range;
}

/** One kind of movement, in the journal and in the books. */
interface Movement<Entry> {
  readonly source: "payment" | "refund";
  readonly listJournal: (page: JournalRange) => Promise<RailAnswer<JournalPage<Entry>>>;
  /** Which of the entries are this project's. */
  readonly own: (entries: readonly Entry[]) => Promise<Entry[]>;
  /** The reference by which an entry is found in the books. */
  readonly bookedAs: (entry: Entry) => string;
  readonly listBooked: (tx: Tx, railRefs: readonly string[]) => Promise<JournaledMoney[]>;
  readonly listSettled: (tx: Tx, page: SettledPage) => Promise<JournaledMoney[]>;
  readonly difference: (
    entry: Entry,
    booking: Booking | null,
    isFirst: boolean,
  ) => Difference | null;
  readonly missing: "booked_not_charged" | "booked_not_refunded";
  /** Whether the provider says, when asked for it alone, that it has moved. */
  readonly hasMoved: (railRef: string) => Promise<boolean>;
}

const BOOKINGS_PAGE = 500;

/** Compares every charge of the range with the ledger, and every booking with its charge. */
export function compareCharges(comparing: Comparing): Promise<Compared> {
  const rail = railOf(comparing);
  return compare<RailCharge>(comparing, {
    source: "payment",
    listJournal: (page) => rail.listCharges(page),
    own: (charges) => ownCharges(comparing, charges),
    bookedAs: ({ paymentRef }) => paymentRef ?? "",
    listBooked: listPaymentsByRailRef,
    listSettled: listCollected,
    difference: (charge, booking, isFirst) => chargeDifference(charge, booking, { isFirst }),
    missing: "booked_not_charged",
    hasMoved: async (ref) => isSuccess(await rail.retrievePayment(ref)),
  });
}

/** The same for what was given back. */
export function compareRefunds(comparing: Comparing): Promise<Compared> {
  const rail = railOf(comparing);
  return compare<RailRefund>(comparing, {
    source: "refund",
    listJournal: (page) => rail.listRefunds(page),
    own: (refunds) => ownRefunds(comparing, refunds),
    bookedAs: ({ ref }) => ref,
    listBooked: listRefundsByRailRef,
    listSettled: listRefunded,
    difference: refundDifference,
    missing: "booked_not_refunded",
    hasMoved: async (ref) => isSuccess(await rail.retrieveRefund(ref)),
  });
}

function railOf({ rails, projectId }: Comparing): Rail {
  return rails(projectId);
}

function isSuccess(answer: RailAnswer<{ readonly status: string }>): boolean {
  return answer.type !== "refused" && answerOf(answer).status === "succeeded";
}

async function compare<Entry>(comparing: Comparing, movement: Movement<Entry>): Promise<Compared> {
  const { bookedAs } = movement;
  const seen = new Set<string>();
  const differences: Difference[] = [];
  let [count, foreignCount] = [0, 0];
  for await (const entries of pagesOf(comparing.range, movement.listJournal)) {
    const own = await movement.own(entries);
    count += own.length;
    foreignCount += entries.length - own.length;
    const bookings = await bookingsOf(comparing, movement.source, (tx) =>
      movement.listBooked(tx, own.map(bookedAs)),
    );
    for (const entry of own) {
      const ref = bookedAs(entry);
      const found = movement.difference(entry, bookings.get(ref) ?? null, !seen.has(ref));
      seen.add(ref);
      if (found !== null) differences.push(found);
    }
  }
  differences.push(...(await unmatched(comparing, movement, seen)));
  return { count, foreignCount, differences };
}

async function* pagesOf<Entry>(
  range: Range,
  list: (page: JournalRange) => Promise<RailAnswer<JournalPage<Entry>>>,
): AsyncGenerator<readonly Entry[]> {
  let after: string | null = null;
  do {
    const page: JournalPage<Entry> = answerOf(await list({ ...range, after }));
    yield page.entries;
    after = page.next;
  } while (after !== null);
}

/** The charges that this project made: by the id of ours that each carries. */
async function ownCharges(
  { db, projectId }: Comparing,
  charges: readonly RailCharge[],
): Promise<RailCharge[]> {
  const owners = charges.map(({ madeFor }) => ownerOf(madeFor));
  const projects = await db.acrossProjects((tx) =>
    findProjectsOfCustomers(tx, [...new Set(owners.filter((owner) => owner !== null))]),
  );
  return charges.filter((_, index) => projects.get(owners[index] ?? -1n) === projectId);
}

/** A refund made at the provider's dashboard carries no id of ours; its payment tells whose it is. */
async function ownRefunds(
  { db, projectId }: Comparing,
  refunds: readonly RailRefund[],
): Promise<RailRefund[]> {
  const refs = refunds.map(({ paymentRef }) => paymentRef ?? "");
  const payments = await db.inProject(projectId, (tx) => listPaymentsByRailRef(tx, refs));
  const ours = new Set(payments.map(({ railRef }) => railRef));
  return refunds.filter(({ paymentRef }) => ours.has(paymentRef ?? ""));
}

/** What the ledger holds of some payments or refunds, by the rail's reference. */
async function bookingsOf(
  { db, rails, projectId }: Comparing,
  source: Movement<never>["source"],
  list: (tx: Tx) => Promise<JournaledMoney[]>,
): Promise<Map<string, Booking>> {
  const rail = rails(projectId);
  return db.inProject(projectId, async (tx) => {
    const moneys = await list(tx);
    const sums = await sumBySource(tx, `rail:${rail.name}`, source, moneys);
    return new Map(
      moneys.map((money) => {
        const moved = sums.get(ownedKey(money)) ?? 0n;
        const amountMinor = source === "payment" ? moved : -moved;
        const asMoved = { amountMinor, currency: money.currency };
        const expected =
          source === "payment"
            ? rail.chargedMinor(asMoved)
            : rail.refundedMinor(asMoved, money.paidMinor);
        return [money.railRef, bookingOf(money, amountMinor, expected)];
      }),
    );
  });
}

/** `expectedMinor` is what the rail moves for it; null where it cannot. */
function bookingOf(
  { customerId, paymentId, currency }: JournaledMoney,
  amountMinor: bigint,
  expectedMinor: bigint | null,
): Booking {
  return {
    payment: formatOwnedId("payment", { customerId, id: paymentId }),
    currency,
    amountMinor,
    expectedMinor: expectedMinor ?? amountMinor,
  };
}

/** The bookings of the range that the journal did not show, and that the provider denies when asked. */
async function unmatched<Entry>(
  comparing: Comparing,
  { source, listSettled, missing, hasMoved }: Movement<Entry>,
  seen: ReadonlySet<string>,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  let after: SettledPage["after"] = null;
  for (;;) {
    const page: SettledPage = { ...comparing.range, after, limit: BOOKINGS_PAGE };
    let last: JournaledMoney | undefined;
    const bookings = await bookingsOf(comparing, source, async (tx) => {
      const moneys = await listSettled(tx, page);
      last = moneys.at(-1);
      return moneys.filter(({ railRef }) => !seen.has(railRef));
    });
    for (const [railRef, booking] of bookings) {
      if (await hasMoved(railRef)) continue;
      differences.push(unmatchedBooking(missing, railRef, booking));
    }
    if (last === undefined) return differences;
    after = last;
  }
}
