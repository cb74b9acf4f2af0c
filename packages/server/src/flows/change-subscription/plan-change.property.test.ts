import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChargedLine } from "#flows/charged-lines.ts";
import { openingInvoice, planPeriodClose } from "#flows/close-periods/plan-close.ts";
import { heldOf, type Sold, type SoldItem } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { DAY_MS, type EpochMs } from "#kernel/clock.ts";
import { sumMinor } from "#kernel/money.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import {
  type Billed,
  billableIn,
  newPlan,
  type PlanVersion,
  prorationBases,
} from "#modules/catalog/domain/index.ts";
import type { DraftInvoice } from "#modules/invoices/domain/index.ts";
import { activated, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { flatPrice, planDraft } from "#test/support/builders/plan.ts";
import { unstartedSubscription } from "#test/support/builders/subscription.ts";
import { planChange } from "./plan-change.ts";

const START_MS = Date.UTC(2026, 3, 1);
const END_MS = Date.UTC(2026, 4, 1);
const bands = { included: 10n, step: 5n };

let lastId = 100n;
const newId = () => (lastId += 1n);

/** A plan at so many cents a month. */
function planAt(
  cents: number,
  billed: Billed,
  proration: ProrationBasis = "exact_time",
): PlanVersion {
  const amount = (cents / 100).toFixed(2);
  const draft = planDraft({ prices: [flatPrice(amount, billed)], changePolicy: { proration } });
  return newPlan({ ...draft, quantityPolicy: bands }, newId, START_MS).latest;
}

function soldOnce(version: PlanVersion, quantity: bigint): Sold {
  const billable = billableIn(version, quantity);
  const { planId, version: planVersion } = version;
  const item: SoldItem = { planId, planVersion, quantity, billable, licensed: null, version };
  return { plan: version, items: [item] };
}

/** A subscription with all of its invoices, each paid as it is made. */
class Life {
  subscription: Subscription;
  sold: Sold;
  readonly invoices: DraftInvoice[] = [];

  constructor(sold: Sold) {
    this.sold = sold;
    const waiting = { ...UNSTARTED, ...heldOf(sold).plan, interval: sold.plan.interval };
    this.subscription = activated(waiting, START_MS, START_MS);
    const opening = openingInvoice(
      { ...sold, subscription: waiting, nowMs: START_MS, invoiceId: newId() },
      this.subscription,
    );
    if (opening !== null) this.invoices.push(opening);
  }

  changes(target: Sold, atMs: EpochMs): void {
    const changing = {
      target,
      mode: "now_prorated",
      atMs,
      pendingItems: [],
      runningLines: this.running(atMs),
    } as const;
    const { subscription, invoice } = planChange({ ...this.facts(atMs), ...changing });
    this.subscription = subscription;
    this.sold = soldBy(subscription, target.plan);
    if (invoice !== null) this.invoices.push(invoice);
  }

  closes(): DraftInvoice[] {
    const { invoice } = planPeriodClose(this.facts(END_MS), END_MS);
    return invoice === null ? [] : [invoice];
  }

  total(): bigint {
    return sumMinor(this.invoices.map(({ totalMinor }) => totalMinor));
  }

  private facts(nowMs: EpochMs) {
    const { subscription, sold } = this;
    const known = {
      counters: [],
      charges: [],
      past: [],
      next: null,
      hasCard: true,
      isOwing: false,
      pendingItems: [],
      runningLines: [],
    };
    return { ...sold, ...known, subscription, nowMs, invoiceId: newId(), changeId: newId() };
  }

  private running(atMs: EpochMs): ChargedLine[] {
    const lines = this.invoices.flatMap(({ id, lines: own }) =>
      own.map((line, at) => ({ ...line, invoiceId: id, lineNumber: at + 1 })),
    );
    return lines.flatMap((line) => {
      const { computation } = line;
      if (computation.type !== "flat" || line.period.endMs <= atMs) return [];
      const isReturned = lines.some(
        ({ computation: of }) =>
          of.type === "credit" &&
          of.invoiceId === line.invoiceId &&
          of.lineNumber === line.lineNumber,
      );
      if (isReturned) return [];
      const priceId = present(line.priceId, "flat lines have prices");
      const whose = {
        customerId: 1n,
        subscriptionId: 2n,
        isPaid: true,
        isOfAddOn: false,
        keptMinor: line.amountMinor,
      };
      return [{ ...line, ...whose, priceId, computation }];
    });
  }
}

function soldBy({ quantity, billable, licensed }: Subscription, version: PlanVersion): Sold {
  const { planId, version: planVersion } = version;
  return {
    plan: version,
    items: [{ planId, planVersion, quantity, billable, licensed, version }],
  };
}

const UNSTARTED = unstartedSubscription(START_MS, {
  planId: 0n,
  timeZone: "America/Jamaica",
  isOnTestClock: true,
});

const instants = fc
  .uniqueArray(fc.integer({ min: 1, max: END_MS - START_MS - 1 }), { minLength: 1, maxLength: 8 })
  .map((offsets) => offsets.toSorted((one, other) => one - other).map((ms) => START_MS + ms));
const prices = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2, maxLength: 4 });

test("however often a plan changes in a period, each is paid for as long as it was held", () => {
  fc.assert(
    fc.property(prices, instants, fc.array(fc.nat(), { minLength: 8 }), (cents, times, picks) => {
      const plans = cents.map((price) => planAt(price, "advance"));
      const versionAt = (pick: number) => present(plans[pick % plans.length], "one is picked");
      const life = new Life(soldOnce(versionAt(0), 10n));
      let held = versionAt(0);
      let sinceMs = START_MS;
      let exact = 0;
      for (const [at, atMs] of times.entries()) {
        exact += 10 * priceOf(held) * ((atMs - sinceMs) / (END_MS - START_MS));
        held = versionAt(present(picks[at], "there are as many picks"));
        life.changes(soldOnce(held, 10n), atMs);
        sinceMs = atMs;
      }
      exact += 10 * priceOf(held) * ((END_MS - sinceMs) / (END_MS - START_MS));
      // A credit and a charge for each change, each rounded once.
      const roundings = 1 + 2 * times.length;
      expect(Math.abs(Number(life.total()) - exact)).toBeLessThanOrEqual(0.5 * roundings + 0.01);
    }),
    { numRuns: 200 },
  );
});

function priceOf(version: PlanVersion): number {
  const [price] = version.prices;
  return price?.kind === "flat" ? Number(price.amount / 10_000_000n) : 0;
}

test("in arrears the parts of a period that was cut come to the whole, whatever measures them", () => {
  fc.assert(
    fc.property(
      instants,
      fc.constantFrom(...prorationBases.filter((basis) => basis !== "days_inclusive")),
      (times, basis) => {
        const [one, other] = [planAt(30_000, "arrears", basis), planAt(30_000, "arrears", basis)];
        const life = new Life(soldOnce(one, 10n));
        for (const [at, atMs] of times.entries()) {
          life.changes(soldOnce(at % 2 === 0 ? other : one, 10n), atMs);
        }
        const lines = [...life.invoices, ...life.closes()].flatMap((invoice) => invoice.lines);
        const shares = lines.map(({ computation }) =>
          computation.type === "flat"
            ? Number(computation.share.part) / Number(computation.share.whole)
            : 0,
        );
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        const billed = Number(sumMinor(lines.map(({ amountMinor }) => amountMinor)));
        expect(Math.abs(billed - 300_000)).toBeLessThanOrEqual(lines.length);
      },
    ),
    { numRuns: 100 },
  );
});

test("only what rises above the highest quantity of a period is charged, and the same once", () => {
  const quantities = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(quantities, (wanted) => {
      const plan = planAt(100, "advance");
      const life = new Life(soldOnce(plan, 10n));
      const charged: bigint[] = [];
      let highest = 10n;
      for (const [at, quantity] of wanted.entries()) {
        const before = life.total();
        life.changes(soldOnce(plan, BigInt(quantity)), START_MS + at * DAY_MS);
        charged.push(life.total() - before);
        const billable = billableIn(plan, BigInt(quantity));
        const isRisen = billable > highest;
        expect(present(charged.at(-1), "just charged") > 0n).toBe(isRisen);
        if (isRisen) highest = billable;
        expect(life.subscription.billable).toBe(billable);
      }
      expect(life.total()).toBeLessThanOrEqual(100n * highest);
    }),
    { numRuns: 200 },
  );
});
