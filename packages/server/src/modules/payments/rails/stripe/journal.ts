import type Stripe from "stripe";
import { SECOND_MS } from "#kernel/clock.ts";
import type { JournalPage, JournalRange, Rail, RailAnswer } from "#modules/payments/rails/rail.ts";
import { answered, mapped } from "./failure.ts";
import { railCharge, railRefund } from "./objects.ts";

const PAGE_MAX = 100;

/** What moved at Stripe, as its lists tell it. */
export function journal(stripe: Stripe): Pick<Rail, "listCharges" | "listRefunds"> {
  return {
    listCharges: (range) =>
      page(stripe.charges.list(paramsOf(range)), (charge) =>
        charge.status === "succeeded" ? [railCharge(charge)] : [],
      ),
    listRefunds: (range) =>
      page(stripe.refunds.list(paramsOf(range)), (refund) =>
        refund.status === "succeeded" ? [railRefund(refund)] : [],
      ),
  };
}

// Stripe dates what it makes by whole seconds.
function paramsOf({ fromMs, toMs, after }: JournalRange) {
  return {
    limit: PAGE_MAX,
    created: { gte: Math.ceil(fromMs / SECOND_MS), lt: Math.ceil(toMs / SECOND_MS) },
    ...(after === null ? {} : { starting_after: after }),
  };
}

async function page<From extends { readonly id: string }, To>(
  listed: Promise<Stripe.Response<Stripe.ApiList<From>>>,
  translate: (from: From) => readonly To[],
): Promise<RailAnswer<JournalPage<To>>> {
  return mapped(await answered(listed), ({ data, has_more: hasMore }) => ({
    entries: data.flatMap(translate),
    next: hasMore ? (data.at(-1)?.id ?? null) : null,
  }));
}
