import { fork } from "node:child_process";
import { once } from "node:events";
import type { Summed } from "./report.ts";

/**
 * Plays one seed by this same program in a process of its own, with a database server of its own: lanes
 * would else take turns on one thread, which is what a seed waits for most. Answers what came of it, or null
 * where the product and the rules part.
 */
export async function playApart(seed: number, others: readonly string[]): Promise<Summed | null> {
  const child = fork(new URL("main.ts", import.meta.url), [...others, "--seed", String(seed)]);
  let summed: Summed | null = null;
  child.on("message", (message) => {
    summed = message as Summed;
  });
  // What the child has said last may come after its end.
  const [[code]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  return code === 0 ? summed : null;
}

/** Tells the process that plays several seeds, where there is one. */
export function tellParent(summed: Summed): void {
  process.send?.(summed);
}

/** What nobody waits for any more is not played to its end. */
export function endWithParent(): void {
  process.once("disconnect", () => process.exit(1));
  process.channel?.unref();
}
