/** What a command throws when Ctrl-C ended it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * Runs work that Ctrl-C or a polite kill ends: the first aborts `signal`, so that the work can tidy
 * up; a second one is left to the operating system.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const stop = () => ending.abort(new Interrupted("Stopped."));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work(ending.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
