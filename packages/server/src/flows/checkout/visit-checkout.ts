import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import { answerOf, type RailAccess, railCustomerRef } from "#flows/rail-customer.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import {
  findProjectOfCheckout,
  getCheckout,
  paymentLink,
  updateCheckoutPage,
} from "#modules/checkout/index.ts";
import type { RailCheckout } from "#modules/payments/index.ts";
import { isOver, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { completeCheckout } from "./complete-checkout.ts";
import { openingDueMinor } from "./make-checkout.ts";

/** What it takes to serve payment links. */
export interface CheckoutVisiting extends RailAccess {
  /** Where payers reach this server. */
  readonly publicUrl: string;
}

/** Where a visit to a payment link leads. */
export type Visit =
  /** To the rail's page. */
  | { readonly type: "page"; readonly url: string }
  /** It is done; on to where the merchant wants the payer, if anywhere. */
  | { readonly type: "done"; readonly returnUrl: string | null }
  /** The subscription ended before anything was paid. */
  | { readonly type: "ended" }
  /** It was paid for nothing, and is given back. */
  | { readonly type: "given_back" }
  | { readonly type: "unknown_link" };

interface VisitFacts {
  readonly projectId: number;
  readonly checkout: Checkout;
  readonly subscription: Subscription;
  readonly planName: string;
  readonly currency: string;
  /** What is to be paid on the page, in minor units; null when a card is saved only. */
  readonly dueMinor: bigint | null;
}

/**
 * Follows a payment link: to the rail's page for it, made now if there is none that is still open.
 * A page that turns out to be completed is taken over on the way, so this is also how a payer who
 * comes back from it is received. Runs transactions of its own; refuses with `rail_unavailable`.
 */
export async function visitCheckout(visiting: CheckoutVisiting, key: OwnedId): Promise<Visit> {
  const facts = await loadFacts(visiting, key);
  if (facts === null) return { type: "unknown_link" };
  const { projectId, checkout, subscription } = facts;
  if (checkout.status === "completed") return done(checkout);

  const page = await currentPage(visiting, projectId, checkout);
  if (page?.status === "completed") return takeOver(visiting, projectId, checkout, page);
  if (isOver(subscription)) return { type: "ended" };
  // A trial without a card, and a start to come, wait for one too.
  if (isPaidFor(subscription)) return done(checkout);
  if (page?.status === "open" && page.url !== null) return { type: "page", url: page.url };
  return { type: "page", url: await openPage(visiting, facts) };
}

function isPaidFor({ status }: Subscription): boolean {
  return status === "active" || status === "past_due" || status === "paused";
}

async function loadFacts(
  { engine, db }: CheckoutVisiting,
  key: OwnedId,
): Promise<VisitFacts | null> {
  const projectId = await db.acrossProjects((tx) => findProjectOfCheckout(tx, key));
  if (projectId === null) return null;
  return db.inProject(projectId, async (tx) => {
    const checkout = await getCheckout(tx, key);
    const { customerId, subscriptionId } = checkout;
    const subscription = await getSubscription(tx, { customerId, id: subscriptionId });
    const { plan } = await loadSubject(engine, tx, subscription);
    const dueMinor =
      checkout.mode === "payment" ? await openingDueMinor(engine, tx, subscription) : null;
    return {
      projectId,
      checkout,
      subscription,
      planName: subscription.title ?? plan.name,
      currency: plan.currency,
      dueMinor,
    };
  });
}

async function currentPage(
  { rails }: CheckoutVisiting,
  projectId: number,
  { railRef }: Checkout,
): Promise<RailCheckout | null> {
  if (railRef === null) return null;
  const answer = await rails(projectId).retrieveCheckout(railRef);
  return answer.type === "refused" ? null : answerOf(answer);
}

async function takeOver(
  visiting: CheckoutVisiting,
  projectId: number,
  checkout: Checkout,
  page: RailCheckout,
): Promise<Visit> {
  const completed = await completeCheckout(visiting, projectId, checkout, page);
  return completed?.wasPaidForNothing === true ? { type: "given_back" } : done(checkout);
}

/**
 * Opens a page at the rail. Two visits at once get the same one, by the number of the page before. The
 * minute is in it because a rail keeps an answer with its key, also one that it had failed.
 */
async function openPage(
  visiting: CheckoutVisiting,
  { projectId, checkout, planName, currency, dueMinor }: VisitFacts,
): Promise<string> {
  const customerRef = await railCustomerRef(visiting, projectId, checkout.customerId);
  const link = paymentLink(visiting.publicUrl, checkout);
  const page = answerOf(
    await visiting.rails(projectId).openCheckout({
      key: formatOwnedId("checkout", checkout),
      generation: `${checkout.railRef ?? "first"}:${minuteOf(visiting.engine)}`,
      customerRef,
      returnUrl: `${link}/return`,
      cancelUrl: link,
      currency,
      payment:
        dueMinor === null
          ? null
          : { amountMinor: dueMinor, description: planName, keepsCard: true },
    }),
  );
  faultPoint("checkout.page_opened");
  await visiting.db.inProject(projectId, (tx) => updateCheckoutPage(tx, checkout, page.ref));
  faultPoint("checkout.page_kept");
  return page.url ?? link;
}

function minuteOf({ clock }: Engine): number {
  return Math.floor(clock.now() / MINUTE_MS);
}

function done({ returnUrl }: Checkout): Visit {
  return { type: "done", returnUrl };
}
