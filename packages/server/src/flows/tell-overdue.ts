import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { claimOverdue, claimOverdueOf, findProjectsWithOverdue } from "#modules/invoices/index.ts";
import type { CustomerScope, Database, Tx } from "#platform/db/database.ts";
import { everyTurn } from "#platform/jobs/every-turn.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { loadMoneySubjects } from "./load-subject.ts";

const BATCH_MAX = 500;

/**
 * Tells of invoices that were sent, are due by the wall clock and not paid, a batch in every project.
 * Each is told of once. Answers how many there were.
 */
export async function tellOverdue(engine: Engine, db: Database): Promise<number> {
  const nowMs = engine.clock.now();
  const projects = await db.acrossProjects((tx) => findProjectsWithOverdue(tx, nowMs));
  const tellIn = (projectId: number) =>
    db.inProject(projectId, async (tx) =>
      told(engine, tx, await claimOverdue(tx, nowMs, BATCH_MAX), nowMs),
    );
  return everyTurn(projects.map((projectId) => () => tellIn(projectId)));
}

/** The same for one customer, at an instant of the customer's own time. */
export async function tellOverdueOf(
  engine: Engine,
  db: Database,
  { nowMs, ...owner }: CustomerScope & { readonly nowMs: EpochMs },
): Promise<number> {
  return db.ofCustomer(owner, async (tx) =>
    told(engine, tx, await claimOverdueOf(tx, owner.customerId, nowMs), nowMs),
  );
}

async function told(
  engine: Engine,
  tx: Tx,
  invoices: readonly Invoice[],
  nowMs: EpochMs,
): Promise<number> {
  const subjects = await loadMoneySubjects(engine, tx, invoices);
  const events = invoices.flatMap((invoice, at) => {
    const subject = present(subjects[at], "each invoice is about something");
    return billingEventsOf(engine, ["invoice.overdue"], { ...subject, invoice }, nowMs);
  });
  await appendToOutbox(tx, events);
  return invoices.length;
}
