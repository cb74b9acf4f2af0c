import type { CardSandbox } from "#test/crash/card-sandbox.ts";
import type { Chance } from "#test/crash/chance.ts";
import { chargeEvidence } from "#test/crash/invariants/evidence.ts";
import type { JobSource, NewJob } from "./job.ts";

const REFUNDS = 0.6;
const WHOLE = 0.3;
const REFUND_MAX = 200;

/** What a merchant does on the rail's own pages: money given back, disputes answered, which the bank decides. */
export function moneyJobs({ chance }: JobSource, sandbox: CardSandbox): NewJob {
  return () => ({
    lane: "money",
    attempt: () => (chance.happens(REFUNDS) ? refund(sandbox, chance) : answer(sandbox, chance)),
  });
}

async function refund(sandbox: CardSandbox, chance: Chance): Promise<void> {
  const charges = await sandbox.charges();
  // What was paid on a page may be paid for nothing, and is then given back without being asked.
  const charge = chance.oneOf(
    charges.filter(
      (made) => made.status === "succeeded" && !made.isDisputed && !chargeEvidence(made).on_page,
    ),
  );
  if (charge === undefined) return;
  const left = charge.amount - charge.amountRefunded;
  if (left === 0) return;
  const part = Math.min(left, chance.integer(1, REFUND_MAX));
  const amount = chance.happens(WHOLE) ? left : part;
  await sandbox.dashboard.refunds.create({ charge: charge.id, amount });
}

/** The words by which the sandbox's bank decides. */
const EVIDENCE = ["winning_evidence", "losing_evidence", "escalate_inquiry_evidence"] as const;

async function answer(sandbox: CardSandbox, chance: Chance): Promise<void> {
  const disputes = await sandbox.disputes();
  const open = chance.oneOf(disputes.filter(({ status }) => status.endsWith("needs_response")));
  const uncategorized_text = chance.oneOf(EVIDENCE);
  if (open === undefined || uncategorized_text === undefined) return;
  await sandbox.dashboard.disputes.update(open.id, { evidence: { uncategorized_text } });
}
