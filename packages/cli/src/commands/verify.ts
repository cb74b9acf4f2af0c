import type Farthing from "@farthing/sdk";
import type { DatabaseVerdict } from "@farthing/server";
import { type ConnectionFlags, connect } from "../connection.ts";
import { EXIT_COULD_NOT_RUN, EXIT_FAILED, explainFailure } from "../failure.ts";
import { Interrupted, interruptible } from "../interrupt.ts";
import {
  addCounts,
  type BreachShown,
  breachCountOf,
  type Findings,
  findingLines,
} from "../terminal/breaches.ts";
import { colorsFor } from "../terminal/colors.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import type { VerificationPageWire } from "../wire.ts";

export interface VerifyFlags extends ConnectionFlags {
  readonly database?: boolean;
  readonly json?: boolean;
}

const NAMED_MAX = 100;

/** `farthing verify`: answers 0 when all holds, 1 when something does not, 2 when it could not run. */
export async function verify(flags: VerifyFlags): Promise<number> {
  try {
    const progress = startProgress({ label: "verify", unit: "customers", stream: process.stderr });
    const looking = flags.database ? inDatabase(progress) : byApi(flags, progress);
    const findings = await looking.finally(() => progress.finish());
    const breachCount = breachCountOf(findings);
    if (flags.json) printJson(findings, breachCount);
    else console.log(findingLines(findings, colorsFor(process.stdout)).join("\n"));
    return breachCount === 0 ? 0 : EXIT_FAILED;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    console.error(explainFailure(error).join("\n"));
    return EXIT_COULD_NOT_RUN;
  }
}

async function byApi(flags: VerifyFlags, progress: Progress): Promise<Findings> {
  const client: Farthing = await connect(flags);
  const breaches: BreachShown[] = [];
  const counts: Record<string, number> = {};
  const checked: Record<string, number> = {};
  let total = 0;
  await interruptible(async (signal) => {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: VerificationPageWire = await client.request("GET", "/v1/verification", {
        query: { cursor },
        signal,
      });
      breaches.push(...page.data.slice(0, NAMED_MAX - breaches.length));
      addCounts(counts, page.breach_counts);
      addCounts(checked, page.checked);
      total = page.customers_total ?? total;
      const count = checked["customers"] ?? 0;
      progress.update({ count, share: total === 0 ? null : count / total });
      cursor = page.next_cursor;
    }
  });
  return { breaches, counts, checked };
}

async function inDatabase(progress: Progress): Promise<Findings> {
  // Loaded only here: the whole server comes with it.
  const { openLocalDatabase, readConfig, verifyDatabase } = await import("@farthing/server");
  const database = await openLocalDatabase(readConfig(), { besideServer: true });
  try {
    return joined(
      await verifyDatabase(database.ownerUrl, {
        onVerified: (count) => progress.update({ count, share: null }),
      }),
    );
  } finally {
    await database.close();
  }
}

/** Of several projects' sides one; what does not hold says whose it is by its id. */
export function joined(verdicts: readonly DatabaseVerdict[]): Findings {
  const counts: Record<string, number> = {};
  const checked: Record<string, number> = {};
  for (const verdict of verdicts) {
    addCounts(counts, verdict.counts);
    addCounts(checked, verdict.checked as unknown as Record<string, number>);
  }
  const breaches = verdicts.flatMap((verdict) => verdict.breaches).slice(0, NAMED_MAX);
  return { breaches, counts, checked };
}

function printJson({ breaches, counts, checked }: Findings, breachCount: number): void {
  const holds = breachCount === 0;
  console.log(
    JSON.stringify({
      holds,
      checked,
      breach_count: breachCount,
      breach_counts: counts,
      breaches,
    }),
  );
}
