import { present } from "#kernel/assert.ts";
import type { UsageEvent, UsageOutcome } from "#modules/metering/domain/index.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";

/** An entry of a batch: an event, or what is wrong with the form of one that could not be read. */
export type ReadEvent<Fault> =
  | { readonly event: UsageEvent; readonly fault?: never }
  | { readonly fault: Fault; readonly event?: never };

/** What became of an entry, in the place where it was sent. */
export type EntryResult<Fault> =
  | { readonly event: UsageEvent; readonly outcome: UsageOutcome; readonly fault?: never }
  | { readonly fault: Fault; readonly event?: never; readonly outcome?: never };

/** Records the entries that could be read; the others keep their fault and hold nobody up. */
export async function recordReadable<Fault>(
  { record }: Pick<UsageRecorder, "record">,
  projectId: number,
  entries: readonly ReadEvent<Fault>[],
): Promise<EntryResult<Fault>[]> {
  const events = entries.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const outcomes = await record(projectId, events);
  let answered = 0;
  return entries.map((entry) => {
    if (entry.event === undefined) return { fault: entry.fault };
    const outcome = present(outcomes[answered], "each event has an outcome");
    answered += 1;
    return { event: entry.event, outcome };
  });
}
