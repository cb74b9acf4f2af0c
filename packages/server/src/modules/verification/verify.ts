import {
  type Breach,
  breachesOf,
  type ChargeFact,
  type Checked,
  creditNoteNumbers,
  eventNumbers,
  type Facts,
  invoiceNumbers,
  type JournalFact,
  nothingChecked,
  pageWithin,
  sizeOf,
  wrongNumbers,
} from "#modules/verification/domain/index.ts";
import { sha256 } from "#platform/crypto/sha256.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import {
  listBilledItemFacts,
  listCreditNoteFacts,
  listManualPaymentFacts,
} from "./correction-store.ts";
import { listMeteredFacts, listMeters, listWrongValues } from "./meter-store.ts";
import { listDisputeFacts, listRefundFacts } from "./money-back-store.ts";
import {
  findCreditNoteNumberSpan,
  findEventNumberSpan,
  findInvoiceNumberSpan,
  listCandidates,
} from "./paging-store.ts";
import {
  listAttemptFacts,
  listChangeFacts,
  listCloseFacts,
  listHeadFacts,
  listInvoiceFacts,
  listLineFacts,
  listPaymentFacts,
  listSubscriptionFacts,
  listToldFacts,
  listTransferFacts,
} from "./store.ts";
import { listTallyFacts } from "./tally-store.ts";
import { listCounterFacts, listUsageFacts } from "./usage-store.ts";

/** What was looked at, and what of it does not hold. */
export interface Verdict {
  readonly breaches: readonly Breach[];
  readonly checked: Checked;
}

/** The rail's own record of what it charged, where it can be read. */
export interface RailJournal {
  /** Every charge of these customers so far. */
  chargesOf(customerIds: readonly bigint[]): Promise<readonly ChargeFact[]>;
  /** What the rail charges for an amount, as it counts; null when it cannot. */
  readonly chargedFor: JournalFact["chargedFor"];
  readonly refundedFor: JournalFact["refundedFor"];
}

/**
 * Verifies all that is stored of some customers. Give it a transaction of one snapshot
 * (`inSnapshot`), or one in which nobody else writes: facts of two moments would contradict each
 * other. The journal is asked last, since it is ahead of the database and never behind it.
 */
export async function verifyCustomers(
  tx: Tx,
  customerIds: readonly bigint[],
  journal: RailJournal | null = null,
): Promise<Verdict> {
  const facts = await withJournal(await loadFacts(tx, customerIds), customerIds, journal);
  return { breaches: breachesOf(facts), checked: sizeOf(facts, customerIds.length) };
}

/** Where a verification goes on. */
export type Place =
  | { readonly part: "customers"; readonly afterCustomerId: bigint }
  | { readonly part: "numbers"; readonly afterEvent: bigint };

export const START: Place = { part: "customers", afterCustomerId: 0n };

export interface VerifiedPage extends Verdict {
  /** Null when everything was looked at. */
  readonly next: Place | null;
}

// What a page reads takes some tens of milliseconds, and no transaction is open for longer.
const CUSTOMERS_MAX = 500;
const WEIGHT_MAX = 8_000;
const EVENT_NUMBERS_MAX = 200_000n;

/**
 * Verifies the next part of a project: some customers, each within one snapshot, and at the end the
 * series of numbers. The server may write meanwhile.
 */
export async function verifyPage(
  db: Database,
  projectId: number,
  place: Place,
  journal: RailJournal | null,
): Promise<VerifiedPage> {
  if (place.part === "numbers") {
    return db.inSnapshot(projectId, (tx) => verifyNumbers(tx, place.afterEvent));
  }
  const { customerIds, stored } = await db.inSnapshot(projectId, async (tx) => {
    const candidates = await listCandidates(tx, place.afterCustomerId, CUSTOMERS_MAX);
    const page = pageWithin(candidates, WEIGHT_MAX);
    return { customerIds: page, stored: await loadFacts(tx, page) };
  });
  const last = customerIds.at(-1);
  const facts = await withJournal(stored, customerIds, journal);
  const suspected = breachesOf(facts);
  const breaches = await stillBroken(db, projectId, { customerIds, facts, suspected });
  const next: Place =
    last === undefined
      ? { part: "numbers", afterEvent: 0n }
      : { part: "customers", afterCustomerId: last };
  return { breaches, checked: sizeOf(facts, customerIds.length), next };
}

interface Suspicion {
  readonly customerIds: readonly bigint[];
  readonly facts: Facts;
  readonly suspected: readonly Breach[];
}

/**
 * What also does not hold with what is stored by now, the journal being the same: it was read after the
 * facts, and has what was charged and given back between.
 */
async function stillBroken(
  db: Database,
  projectId: number,
  { customerIds, facts, suspected }: Suspicion,
): Promise<readonly Breach[]> {
  const { journal } = facts;
  if (journal === null || suspected.length === 0) return suspected;
  const stored = await db.inSnapshot(projectId, (tx) => loadFacts(tx, customerIds));
  const again = new Set(breachesOf({ ...stored, journal }).map(placeOf));
  return suspected.filter((breach) => again.has(placeOf(breach)));
}

const placeOf = ({ invariant, kind, id }: Breach) => `${invariant} ${kind} ${id}`;

/** The project's series of numbers, the event log's from after a number on. */
export async function verifyNumbers(tx: Tx, afterEvent: bigint): Promise<VerifiedPage> {
  const project = String(tx.projectId);
  const events = await findEventNumberSpan(tx, afterEvent, EVENT_NUMBERS_MAX);
  const isFirst = afterEvent === 0n;
  const others = isFirst
    ? [
        ...wrongNumbers(invoiceNumbers, project, await findInvoiceNumberSpan(tx)),
        ...wrongNumbers(creditNoteNumbers, project, await findCreditNoteNumberSpan(tx)),
      ]
    : [];
  const isLast = events.upTo < afterEvent + EVENT_NUMBERS_MAX;
  return {
    breaches: [...others, ...wrongNumbers(eventNumbers, project, events)],
    checked: { ...nothingChecked, events: Number(events.count) },
    next: isLast ? null : { part: "numbers", afterEvent: events.upTo },
  };
}

type StoredFacts = Omit<Facts, "journal">;

async function withJournal(
  stored: StoredFacts,
  customerIds: readonly bigint[],
  journal: RailJournal | null,
): Promise<Facts> {
  return { ...stored, journal: journal === null ? null : await read(journal, customerIds) };
}

async function read(journal: RailJournal, customerIds: readonly bigint[]): Promise<JournalFact> {
  const { chargedFor, refundedFor } = journal;
  return { charges: await journal.chargesOf(customerIds), chargedFor, refundedFor };
}

async function loadFacts(tx: Tx, customerIds: readonly bigint[]): Promise<StoredFacts> {
  const usage = await listUsageFacts(tx, customerIds);
  const meters = await listMeters(tx, customerIds);
  const invoices = await listInvoiceFacts(tx, customerIds);
  const lines = await listLineFacts(tx, customerIds);
  return {
    sha256,
    subscriptions: await listSubscriptionFacts(tx, customerIds),
    closes: await listCloseFacts(tx, customerIds),
    changes: await listChangeFacts(tx, customerIds),
    counters: await listCounterFacts(tx, customerIds),
    usage,
    metered: await listMeteredFacts(tx, customerIds, meters, usage),
    wrongValues: await listWrongValues(tx, customerIds, meters),
    invoices,
    lines,
    billedItems: await listBilledItemFacts(tx, customerIds),
    tallies: await listTallyFacts(tx, invoices, lines),
    transfers: await listTransferFacts(tx, customerIds),
    heads: await listHeadFacts(tx, customerIds),
    payments: await listPaymentFacts(tx, customerIds),
    attempts: await listAttemptFacts(tx, customerIds),
    manualPayments: await listManualPaymentFacts(tx, customerIds),
    creditNotes: await listCreditNoteFacts(tx, customerIds),
    refunds: await listRefundFacts(tx, customerIds),
    disputes: await listDisputeFacts(tx, customerIds),
    told: await listToldFacts(tx, customerIds),
  };
}
