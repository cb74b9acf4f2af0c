import type { SubscriptionFacts, TargetFacts } from "#modules/metering/domain/index.ts";
import type { LoadFacts, Target } from "./facts-source.ts";

export interface FactsCache {
  /** The facts of targets, in their order, none of them older than the cache allows. */
  factsOf(projectId: number, targets: readonly Target[]): Promise<readonly TargetFacts[]>;
  /** Forgets what is known of a customer's subscriptions. To be called after every change of them. */
  readonly forget: (projectId: number, customerId: bigint) => void;
}

export interface FactsCacheOptions {
  readonly load: LoadFacts;
  /** How long facts are believed. 0 reads them for every batch. */
  readonly ageMaxMs: number;
  /** A clock that only runs forward: this is about the age of what is in memory, not about billing. */
  readonly monotonicMs: () => number;
}

interface Entry {
  readonly facts: TargetFacts;
  readonly loadedAtMs: number;
  isUsed: boolean;
}

interface ProjectFacts {
  /** In the order in which they were loaded. */
  readonly entries: Map<Target, Entry>;
  readonly targetsOfCustomer: Map<bigint, Set<Target>>;
  /** For each load under way, the customers that were forgotten since it began. */
  readonly loads: Set<Set<bigint>>;
  isRefreshing: boolean;
}

const ENTRIES_MAX = 100_000;
const REFRESHED_MAX = 2_000;

/**
 * Remembers for some seconds what decides whether an event is taken. What is in use is read again
 * together, before it is too old and while events go on, so that a thousand busy subscriptions cost
 * one query every few seconds and keep nobody waiting.
 */
export function createFactsCache({ load, ageMaxMs, monotonicMs }: FactsCacheOptions): FactsCache {
  const projects = new Map<number, ProjectFacts>();

  function projectFacts(projectId: number): ProjectFacts {
    const project = projects.get(projectId) ?? noFacts();
    projects.set(projectId, project);
    return project;
  }

  async function loadAndRemember(
    projectId: number,
    targets: readonly Target[],
  ): Promise<Map<Target, TargetFacts>> {
    const project = projectFacts(projectId);
    const forgotten = new Set<bigint>();
    const startedMs = monotonicMs();
    project.loads.add(forgotten);
    try {
      const loaded = await load(projectId, targets);
      for (const [target, facts] of loaded) {
        if (ageMaxMs > 0) remember(project, { target, facts, forgotten, loadedAtMs: startedMs });
      }
      return loaded;
    } finally {
      project.loads.delete(forgotten);
    }
  }

  async function refresh(projectId: number): Promise<void> {
    const project = projectFacts(projectId);
    if (project.isRefreshing) return;
    project.isRefreshing = true;
    try {
      const nowMs = monotonicMs();
      const aging = takeAging(project.entries, nowMs - ageMaxMs / 2, nowMs - ageMaxMs);
      if (aging.length > 0) await loadAndRemember(projectId, aging);
    } catch {
      // Whoever needs these facts next reads them itself, and is told what is wrong.
    } finally {
      project.isRefreshing = false;
    }
  }

  return {
    async factsOf(projectId, targets) {
      const { entries } = projectFacts(projectId);
      const nowMs = monotonicMs();
      const { facts, missing, oldestMs } = remembered(entries, targets, nowMs - ageMaxMs);
      if (nowMs - oldestMs > ageMaxMs / 2) void refresh(projectId);
      if (missing.size === 0) return facts;
      const loaded = await loadAndRemember(projectId, [...missing]);
      return targets.map((target, index) =>
        missing.has(target) ? (loaded.get(target) ?? null) : (facts[index] ?? null),
      );
    },
    forget(projectId, customerId) {
      const project = projectFacts(projectId);
      for (const forgotten of project.loads) forgotten.add(customerId);
      for (const target of project.targetsOfCustomer.get(customerId) ?? []) {
        project.entries.delete(target);
      }
      project.targetsOfCustomer.delete(customerId);
    },
  };
}

function noFacts(): ProjectFacts {
  return {
    entries: new Map(),
    targetsOfCustomer: new Map(),
    loads: new Set(),
    isRefreshing: false,
  };
}

/** What is known of targets from after `sinceMs`, in their order, and when the oldest of it was read. */
function remembered(
  entries: ReadonlyMap<Target, Entry>,
  targets: readonly Target[],
  sinceMs: number,
) {
  const missing = new Set<Target>();
  let oldestMs = Number.POSITIVE_INFINITY;
  const facts = targets.map((target) => {
    const entry = entries.get(target);
    if (entry === undefined || entry.loadedAtMs <= sinceMs) {
      missing.add(target);
      return null;
    }
    entry.isUsed = true;
    oldestMs = Math.min(oldestMs, entry.loadedAtMs);
    return entry.facts;
  });
  return { facts, missing, oldestMs };
}

/** What was loaded before `agingMs` and used since; drops what is too old and was not. */
function takeAging(entries: Map<Target, Entry>, agingMs: number, tooOldMs: number): Target[] {
  const inUse: Target[] = [];
  for (const [target, entry] of entries) {
    if (entry.loadedAtMs >= agingMs || inUse.length >= REFRESHED_MAX) break;
    if (entry.isUsed) inUse.push(target);
    else if (entry.loadedAtMs < tooOldMs) entries.delete(target);
  }
  return inUse;
}

interface Loaded {
  readonly target: Target;
  readonly facts: TargetFacts;
  readonly forgotten: ReadonlySet<bigint>;
  readonly loadedAtMs: number;
}

function remember(project: ProjectFacts, { target, facts, forgotten, loadedAtMs }: Loaded): void {
  const { entries, targetsOfCustomer } = project;
  entries.delete(target);
  const [first] = facts ?? [];
  if (facts === null || first === undefined || !facts.every(isLasting)) return;
  if (forgotten.has(first.customerId)) return;
  if (entries.size >= ENTRIES_MAX) {
    entries.clear();
    targetsOfCustomer.clear();
  }
  entries.set(target, { facts, loadedAtMs, isUsed: false });
  const targets = targetsOfCustomer.get(first.customerId);
  if (targets === undefined) targetsOfCustomer.set(first.customerId, new Set([target]));
  else targets.add(target);
}

/** A test clock may jump at any time, and who waits for an activation should not wait for a cache. */
function isLasting({ testClockAtMs, status }: SubscriptionFacts): boolean {
  return testClockAtMs === null && status !== "incomplete" && status !== "scheduled";
}
