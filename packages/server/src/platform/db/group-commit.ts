import { BillingError } from "#kernel/error.ts";

/** Writes entries of one group in one transaction; answers one result per entry, in their order. */
export type WriteGroup<Entry, Result> = (
  group: number,
  entries: readonly Entry[],
  writer: number,
) => Promise<readonly Result[]>;

export interface GroupCommitOptions<Entry, Result> {
  readonly write: WriteGroup<Entry, Result>;
  /** How many writes may run at once; each has its own number, from 0. */
  readonly writers: number;
  /** How many entries one write takes at most. */
  readonly entriesMax: number;
  /** How many entries may wait at most. What comes on top of them is refused. */
  readonly waitingMax: number;
}

export interface GroupCommit<Entry, Result> {
  /**
   * Hands in entries that may share a transaction with others of their group. Resolves when all of
   * them are written. Rejects with `server_busy`, and writes nothing, when too much is waiting.
   */
  readonly submit: (group: number, entries: readonly Entry[]) => Promise<readonly Result[]>;
  /** Refuses what comes from now on and resolves when everything accepted is settled. */
  close(): Promise<void>;
}

/** What one caller handed in. A long one is cut and written in several pieces. */
interface Submission<Entry, Result> {
  readonly entries: readonly Entry[];
  readonly results: Result[];
  taken: number;
  open: number;
  resolve(results: readonly Result[]): void;
  reject(error: unknown): void;
}

interface Slice<Entry, Result> {
  readonly submission: Submission<Entry, Result>;
  readonly from: number;
  readonly to: number;
}

/**
 * Gathers what many callers write at the same time, so that one commit serves them all. There is no
 * timer: a free writer takes what waits, and the next batch forms while the last one commits. A lone
 * caller therefore waits for nobody, and a crowd makes large batches by itself.
 *
 * While a batch of a group is being written, the next one of that group is started when at least as
 * much waits for it. Else the writers would fall over each other with ever smaller batches, and the
 * disk, which takes one commit after the other, would be what everyone waits for.
 */
export function createGroupCommit<Entry, Result>(
  options: GroupCommitOptions<Entry, Result>,
): GroupCommit<Entry, Result> {
  const waiting = createWaitingLine<Entry, Result>(options.entriesMax);
  const freeWriters = Array.from({ length: options.writers }, (_, index) => index);
  let isScheduled = false;
  let isClosed = false;
  let whenIdle: (() => void) | null = null;

  function submit(group: number, entries: readonly Entry[]): Promise<readonly Result[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const total = waiting.count() + entries.length;
    if (isClosed || (total > entries.length && total > options.waitingMax)) {
      return Promise.reject(new BillingError("server_busy", { retryAfterSeconds: 1 }));
    }
    const written = waiting.add(group, entries);
    schedule();
    return written;
  }

  /** Lets the requests that arrived in the same turn of the event loop join the same group. */
  function schedule(): void {
    if (isScheduled || freeWriters.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      startWrites();
    });
  }

  function startWrites(): void {
    while (freeWriters.length > 0) {
      const next = waiting.take();
      if (next === undefined) break;
      void writeSlices(next.group, next.slices, freeWriters.pop() ?? 0);
    }
    if (waiting.count() === 0 && freeWriters.length === options.writers) whenIdle?.();
  }

  async function writeSlices(
    group: number,
    slices: readonly Slice<Entry, Result>[],
    writer: number,
  ): Promise<void> {
    const entries = entriesOf(slices);
    try {
      settle(slices, await options.write(group, entries, writer));
    } catch (error) {
      for (const { submission } of slices) submission.reject(error);
    } finally {
      waiting.written(group, entries.length);
      freeWriters.push(writer);
      startWrites();
    }
  }

  return {
    submit,
    close() {
      isClosed = true;
      return new Promise((resolve) => {
        whenIdle = resolve;
        startWrites();
      });
    },
  };
}

/** What waits to be written, group by group, and how much is being written. */
function createWaitingLine<Entry, Result>(entriesMax: number) {
  const groups = new Map<number, WaitingGroup<Entry, Result>>();
  const writing = new Map<number, number>();
  let count = 0;
  return {
    /** How many entries wait. */
    count: () => count,
    /** Resolves with the results of the entries. */
    add(group: number, entries: readonly Entry[]): Promise<readonly Result[]> {
      return new Promise((resolve, reject) => {
        const open = entries.length;
        const waiting = groups.get(group) ?? { submissions: [], count: 0 };
        waiting.submissions.push({ entries, results: [], taken: 0, open, resolve, reject });
        waiting.count += open;
        groups.set(group, waiting);
        count += open;
      });
    },
    /** What the next group that may be written writes together; undefined when there is none. */
    take() {
      for (const [group, waiting] of groups) {
        if (waiting.count < Math.min(writing.get(group) ?? 0, entriesMax)) continue;
        // Back to the end of the line, so that a busy group does not keep the others waiting.
        groups.delete(group);
        const slices = takeSlices(waiting.submissions, entriesMax);
        const taken = slices.reduce((sum, { from, to }) => sum + to - from, 0);
        waiting.count -= taken;
        count -= taken;
        if (waiting.count > 0) groups.set(group, waiting);
        writing.set(group, (writing.get(group) ?? 0) + taken);
        return { group, slices };
      }
      return undefined;
    },
    /** Says that what was taken is written, or has failed. */
    written(group: number, entryCount: number): void {
      const left = (writing.get(group) ?? 0) - entryCount;
      if (left > 0) writing.set(group, left);
      else writing.delete(group);
    },
  };
}

interface WaitingGroup<Entry, Result> {
  readonly submissions: Submission<Entry, Result>[];
  /** How many entries of theirs wait. */
  count: number;
}

/** Takes up to `entriesMax` entries from the front of a queue, cutting the last submission if it must. */
function takeSlices<Entry, Result>(
  queue: Submission<Entry, Result>[],
  entriesMax: number,
): Slice<Entry, Result>[] {
  const slices: Slice<Entry, Result>[] = [];
  let room = entriesMax;
  let done = 0;
  for (const submission of queue) {
    if (room === 0) break;
    const from = submission.taken;
    const to = Math.min(submission.entries.length, from + room);
    submission.taken = to;
    room -= to - from;
    slices.push({ submission, from, to });
    if (to === submission.entries.length) done += 1;
  }
  queue.splice(0, done);
  return slices;
}

function entriesOf<Entry, Result>(slices: readonly Slice<Entry, Result>[]): readonly Entry[] {
  return slices.flatMap(({ submission: { entries }, from, to }) =>
    to - from === entries.length ? entries : entries.slice(from, to),
  );
}

function settle<Entry, Result>(
  slices: readonly Slice<Entry, Result>[],
  results: readonly Result[],
): void {
  let position = 0;
  for (const { submission, from, to } of slices) {
    for (let index = from; index < to; index += 1, position += 1) {
      submission.results[index] = results[position] as Result;
    }
    submission.open -= to - from;
    if (submission.open === 0) submission.resolve(submission.results);
  }
}
