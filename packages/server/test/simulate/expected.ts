import { billable, licensed } from "./model/lines.ts";
import type { Picture, SeenMembership } from "./picture.ts";
import { type Account, type Membership, NEVER, type Terms } from "./records.ts";

/** What there should be of a customer. */
export function expectedPicture({ members, bills, creditMinor }: Account): Picture {
  return {
    creditMinor,
    memberships: members.map((member) => ({
      ...stateOf(member),
      bills: bills.filter((bill) => bill.member === member),
    })),
  };
}

function stateOf(member: Membership): Omit<SeenMembership, "bills"> {
  const { name, status, stretches, endsAtPeriodEnd, endedMs, pending, terms } = member;
  const stretch = stretches.at(-1);
  return {
    name,
    status,
    fromMs: stretch?.fromMs ?? null,
    untilMs: stretch?.untilMs ?? null,
    endsAtPeriodEnd,
    endedMs: endedMs === NEVER ? null : endedMs,
    ...asked(terms),
    billable: billable(terms),
    licensed: stretch === undefined ? billable(terms) : licensed(stretch),
    waits: pending === null ? null : { atMs: pending.atMs, ...asked(pending.terms) },
  };
}

function asked({ plan, quantity }: Terms) {
  return { plan: plan.name, quantity };
}
