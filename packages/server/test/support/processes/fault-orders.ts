import { spawnSync } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { openSync, readFileSync, writeSync } from "node:fs";
import { type FaultPoint, faultPoints } from "#kernel/fault-points.ts";
import { FAULT_CHANNEL } from "#platform/faults/fault-point.ts";

/** What to do when a fault point was reached so many times from now on. */
export interface FaultOrder {
  readonly point: FaultPoint;
  readonly hits: number;
  /** The postmaster to kill with all its children; null leaves the database alone. */
  readonly postmaster: number | null;
  readonly killsServer: boolean;
}

const faultPointNames = Object.keys(faultPoints) as FaultPoint[];

const COUNTER_BYTES = 4;

/**
 * Has this process obey orders and count what it reaches. Counts are written at once, since the next
 * thing that happens may be the end.
 */
export function obeyFaultOrders(hitsPath?: string): (order: FaultOrder | null) => void {
  const counts = new Uint32Array(faultPointNames.length);
  const places = new Map<string, number>(faultPointNames.map((name, index) => [name, index]));
  const file = hitsPath === undefined ? null : openSync(hitsPath, "w");
  let current: FaultOrder | null = null;
  let hitsLeft = 0;

  subscribe(FAULT_CHANNEL, (name) => {
    const place = places.get(name as string) ?? 0;
    counts[place] = (counts[place] ?? 0) + 1;
    if (file !== null)
      writeSync(file, counts, place * COUNTER_BYTES, COUNTER_BYTES, place * COUNTER_BYTES);
    if (current === null || current.point !== name) return;
    hitsLeft -= 1;
    if (hitsLeft > 0) return;
    const reached = current;
    current = null;
    strike(reached);
  });

  return (order) => {
    current = order;
    hitsLeft = order?.hits ?? 0;
  };
}

/** Nothing else runs in this process until it is done, and nothing at all after it when it is killed. */
function strike({ postmaster, killsServer }: FaultOrder): void {
  if (postmaster !== null) {
    const family = `kill -9 ${postmaster} $(ps -o pid= --ppid ${postmaster})`;
    spawnSync("/bin/sh", ["-c", family]);
  }
  if (killsServer) process.kill(process.pid, "SIGKILL");
}

/** How often a process has reached each point, by the file that it counted in. */
export function readHits(hitsPath: string): ReadonlyMap<FaultPoint, number> {
  const bytes = readFileSync(hitsPath);
  return new Map(
    faultPointNames.map((name, index) => {
      const at = index * COUNTER_BYTES;
      return [name, at + COUNTER_BYTES <= bytes.length ? bytes.readUInt32LE(at) : 0];
    }),
  );
}
