/** What the rail said of an object, and what stood here when it was asked. */
export interface RailWord<Found extends Standing> {
  readonly found: Found;
  /** The status that was written here by then; null when the object was not known. */
  readonly known: Found["status"] | null;
}

interface Standing {
  readonly status: string;
}

/** What became of a word that was to be written; `standing` is what was written here instead of it. */
export type Written<Status> =
  | { readonly isWritten: true }
  | { readonly isWritten: false; readonly standing: Status };

/**
 * Whether somebody has written what the rail said to them while it was asked here. Which of the two
 * words is the newer one cannot be told, unless they say the same.
 */
export function isOvertaken<Found extends Standing>(
  before: Standing | null,
  found: Found,
  known: Found["status"] | null,
): before is Found {
  return before !== null && before.status !== known && before.status !== found.status;
}

/**
 * Asks the rail and writes what it says, and asks again whenever others were faster: what is written
 * last is never older than what it replaces. `ask` answers null when there is nothing to write.
 */
export async function writeNewest<Found extends Standing>(
  ask: () => Promise<Found | null>,
  write: (word: RailWord<Found>) => Promise<Written<Found["status"]>>,
): Promise<void> {
  for (let known: Found["status"] | null = null; ; ) {
    const found = await ask();
    if (found === null) return;
    const written = await write({ found, known });
    if (written.isWritten) return;
    known = written.standing;
  }
}
