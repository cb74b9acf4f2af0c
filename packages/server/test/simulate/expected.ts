import type { Picture, SeenMembership } from "./picture.ts";
import type { Account, Membership } from "./records.ts";

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
  const { name, status, stretches, endsAtPeriodEnd, endedMs } = member;
  const { fromMs = null, untilMs = null } = stretches.at(-1) ?? {};
  return { name, status, fromMs, untilMs, endsAtPeriodEnd, endedMs };
}
