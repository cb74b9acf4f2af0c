const startedMs = performance.now();

/** Says on standard error how far a long run is: standard output is for the figures alone. */
export function tellProgress(what: string): void {
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.error(`${String(seconds).padStart(5)} s  ${what}`);
}
