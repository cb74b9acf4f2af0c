import type { Farthing } from "@farthing/sdk";
import { type ConnectionFlags, connect } from "../connection.ts";
import { EXIT_FAILED, UsageFailure } from "../failure.ts";
import { Interrupted, interruptible } from "../interrupt.ts";
import { migrationPath, untilAssessed, untilAtRest } from "../migration/follow-migration.ts";
import type { MigratedSubscriptionWire, MigrationWire } from "../migration/migration-wire.ts";
import { impactLines, progressLines } from "../migration/show-migration.ts";
import type { PageWire } from "../wire.ts";

export interface MigrationFlags extends ConnectionFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface MigrateFlags extends MigrationFlags {
  readonly from?: string;
  readonly to?: string;
  readonly now?: boolean;
  readonly policy?: string;
  readonly only?: string;
  readonly except?: string;
}

export interface PickUpFlags extends MigrationFlags {
  readonly pause?: boolean;
  readonly undo?: boolean;
}

/** A terminal shows some of them; what they come to together is worked out for all. */
const SHOWN_MAX = 20;

/** `farthing plan migrate PLAN`: drafts, shows what it comes to, and goes on when that is agreed to. */
export async function planMigrate(plan: string, flags: MigrateFlags): Promise<number> {
  const body = { plan, ...wantedBy(flags) };
  const client = await connect(flags);
  return interruptible(async (signal) => {
    const options = { body, signal };
    const draft = await client.request<MigrationWire>("POST", "/v1/plan_migrations", options);
    return goOn({ client, signal, flags }, draft);
  });
}

/** `farthing plan migration MIGRATION`: takes one up where it is, or pauses or undoes it. */
export async function planMigration(id: string, flags: PickUpFlags): Promise<number> {
  const client = await connect(flags);
  return interruptible(async (signal) => {
    const work = { client, signal, flags };
    if (flags.pause === true) return shown(work, await ask(work, id, "pause"));
    const migration = await client.request<MigrationWire>("GET", migrationPath(id), { signal });
    if (flags.undo !== true) return goOn(work, migration);
    const question = `Undo ${id}? What was billed stays as it is.`;
    if (!(await isAgreed(flags, question))) return declined(id, "undo");
    return untilTheEnd(work, await ask(work, id, "undo"));
  });
}

interface Work {
  readonly client: Farthing;
  readonly signal: AbortSignal;
  readonly flags: MigrationFlags;
}

/** Does what is next: shows and starts a draft, resumes what is paused, watches what runs. */
async function goOn(work: Work, migration: MigrationWire): Promise<number> {
  const { flags } = work;
  const { id, status } = migration;
  if (status === "draft") {
    const assessed = await untilAssessed(work.client, id, work.signal);
    await showImpact(work, assessed);
    if (assessed.progress.total === 0) return 0;
    const question = `Move ${assessed.progress.total} subscriptions?`;
    if (!(await isAgreed(flags, question))) return declined(id, "start");
    return untilTheEnd(work, await ask(work, id, "start"));
  }
  if (status === "paused") {
    if (!(await isAgreed(flags, `Go on with ${id}?`))) return declined(id, "resume");
    return untilTheEnd(work, await ask(work, id, "resume"));
  }
  return untilTheEnd(work, migration);
}

function ask({ client, signal }: Work, id: string, what: string): Promise<MigrationWire> {
  return client.request<MigrationWire>("POST", `${migrationPath(id)}/${what}`, {
    body: {},
    signal,
  });
}

async function untilTheEnd(work: Work, { id }: MigrationWire): Promise<number> {
  try {
    return shown(work, await untilAtRest(work.client, id, work.signal));
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error(`The server goes on with it. To look again: farthing plan migration ${id}`);
    }
    throw error;
  }
}

async function showImpact({ client, signal, flags }: Work, migration: MigrationWire) {
  const subscriptions: MigratedSubscriptionWire[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor: string | null } = {
      limit: flags.json === true ? 100 : SHOWN_MAX,
      cursor,
    };
    const path = `${migrationPath(migration.id)}/subscriptions`;
    const page: PageWire<MigratedSubscriptionWire> = await client.request("GET", path, {
      query,
      signal,
    });
    subscriptions.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && flags.json === true);
  if (flags.json === true) {
    console.log(JSON.stringify({ ...migration, subscriptions }, null, 2));
  } else {
    console.log(impactLines(migration, subscriptions).join("\n"));
  }
}

function shown({ flags }: Work, migration: MigrationWire): number {
  console.log(
    flags.json === true ? JSON.stringify(migration, null, 2) : progressLines(migration).join("\n"),
  );
  return migration.progress.failed === 0 ? 0 : EXIT_FAILED;
}

async function isAgreed({ yes }: MigrationFlags, message: string): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY) return false;
  const { confirm } = await import("@clack/prompts");
  return (await confirm({ message, initialValue: false })) === true;
}

/** Nothing was agreed to: what was asked for is still there to be done. */
function declined(id: string, what: "start" | "resume" | "undo"): number {
  const flag = what === "undo" ? " --undo" : "";
  console.error(`Nothing was changed. To ${what} it: farthing plan migration ${id}${flag} --yes`);
  return 0;
}

function wantedBy({ from, to, now, policy, only, except }: MigrateFlags) {
  return {
    ...(from === undefined ? {} : { from_version: versionFrom("--from", from) }),
    ...(to === undefined ? {} : { to_version: versionFrom("--to", to) }),
    ...(now === true ? { when: "now" } : {}),
    ...(policy === undefined ? {} : { policy }),
    ...(only === undefined ? {} : { only: only.split(",") }),
    ...(except === undefined ? {} : { except: except.split(",") }),
  };
}

function versionFrom(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageFailure(`${flag} is the number of a version, not ${text}`);
}
