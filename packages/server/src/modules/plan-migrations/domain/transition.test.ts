import { describe, expect, test } from "vitest";
import {
  asked,
  leftToDo,
  type MigrationCounts,
  type MigrationRequest,
  type MigrationStatus,
  type PlanMigration,
  settled,
} from "./index.ts";

const NONE = { total: 3, assessed: 0, moved: 0, skipped: 0, failed: 0, returned: 0, kept: 0 };

function migration(status: MigrationStatus, counts: Partial<MigrationCounts> = {}): PlanMigration {
  return {
    id: 1n,
    planId: 2n,
    fromVersion: null,
    toVersion: 2,
    takesEffect: "period_end",
    policy: null,
    only: null,
    except: [],
    status,
    counts: { ...NONE, ...counts },
    createdAtMs: 0,
    startedAtMs: null,
    completedAtMs: null,
    undoneAtMs: null,
  };
}

const outcome = (status: MigrationStatus, request: MigrationRequest): string => {
  try {
    return asked(migration(status), request, 7).status;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const REFUSED = "plan_migration_transition_refused";

describe("what may be asked of a migration", () => {
  test.each<readonly [MigrationStatus, Readonly<Record<MigrationRequest, string>>]>([
    ["draft", { start: "running", pause: REFUSED, resume: REFUSED, undo: "undoing" }],
    ["running", { start: REFUSED, pause: "paused", resume: REFUSED, undo: "undoing" }],
    ["paused", { start: REFUSED, pause: REFUSED, resume: "running", undo: "undoing" }],
    ["completed", { start: REFUSED, pause: REFUSED, resume: REFUSED, undo: "undoing" }],
    ["undoing", { start: REFUSED, pause: REFUSED, resume: REFUSED, undo: REFUSED }],
    ["undone", { start: REFUSED, pause: REFUSED, resume: REFUSED, undo: REFUSED }],
  ])("%s", (status, outcomes) => {
    for (const request of ["start", "pause", "resume", "undo"] as const) {
      expect([request, outcome(status, request)]).toEqual([request, outcomes[request]]);
    }
  });

  test("when it was started is told, and stays when it is resumed", () => {
    expect(asked(migration("draft"), "start", 7).startedAtMs).toBe(7);
    expect(asked({ ...migration("paused"), startedAtMs: 7 }, "resume", 9).startedAtMs).toBe(7);
  });
});

describe("it ends when nothing of what it does is left", () => {
  const rows = [
    { status: "running", counts: { moved: 1, skipped: 1, failed: 1 }, ends: "completed" },
    { status: "running", counts: { moved: 2 }, ends: "running" },
    { status: "undoing", counts: { moved: 1, returned: 2 }, ends: "undoing" },
    { status: "undoing", counts: { returned: 1, kept: 1 }, ends: "undone" },
    { status: "paused", counts: { moved: 3 }, ends: "paused" },
    { status: "draft", counts: { assessed: 3 }, ends: "draft" },
  ] as const;
  test.each(rows)("$status with $counts is $ends", ({ status, counts, ends }) => {
    const ended = settled(migration(status, counts), 9);
    expect(ended.status).toBe(ends);
    expect(ended.completedAtMs).toBe(ends === "completed" ? 9 : null);
    expect(ended.undoneAtMs).toBe(ends === "undone" ? 9 : null);
  });

  test("what waits is what nothing else is", () => {
    expect(leftToDo({ ...NONE, total: 9, moved: 1, skipped: 2, failed: 1, kept: 1 })).toBe(4);
  });
});
