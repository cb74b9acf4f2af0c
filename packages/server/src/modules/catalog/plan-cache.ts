import { type PlanVersion, type PlanVersionKey, planKey } from "#modules/catalog/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findPlanVersions } from "./store.ts";

/** Plan versions from memory. They never change, so what is remembered is never out of date. */
export interface PlanCache {
  /** Finds what exists of these versions in the transaction's project, by `planKey`. */
  planVersions(tx: Tx, keys: readonly PlanVersionKey[]): Promise<Map<string, PlanVersion>>;
}

const VERSIONS_MAX = 10_000;

/**
 * One for the whole process; it forgets what was not asked for the longest. A transaction that
 * publishes a version reads it from the store and not from here: were it rolled back, a version that
 * never was would be remembered.
 */
export function createPlanCache(versionsMax = VERSIONS_MAX): PlanCache {
  // A map keeps the order of insertion: the first is the one least recently used.
  const remembered = new Map<string, PlanVersion>();

  const remember = (key: string, version: PlanVersion): void => {
    remembered.delete(key);
    remembered.set(key, version);
    const [oldest] = remembered.keys();
    if (remembered.size > versionsMax && oldest !== undefined) remembered.delete(oldest);
  };

  return {
    async planVersions(tx, keys) {
      const found = new Map<string, PlanVersion>();
      const missing = new Map<string, PlanVersionKey>();
      for (const key of keys) {
        const name = planKey(key);
        const version = remembered.get(`${tx.projectId}:${name}`);
        if (version === undefined) missing.set(name, key);
        else found.set(name, version);
      }
      const read = await findPlanVersions(tx, [...missing.values()]);
      for (const [name, version] of [...found, ...read]) {
        found.set(name, version);
        remember(`${tx.projectId}:${name}`, version);
      }
      return found;
    },
  };
}
