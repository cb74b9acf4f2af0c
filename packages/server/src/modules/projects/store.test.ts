import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { ensureProject, getProject, getProjectBySlug, listProjectIds } from "./index.ts";
import { insertProject, listProjectsBySlug } from "./store.ts";

const clock = { now: () => Date.UTC(2026, 0, 1) };
const settings = {
  name: "Demo",
  keyPrefix: "demo",
  returnOrigins: ["https://shop.example"],
  retryDays: [1, 3, 5, 7],
};

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.ownerUrl, connectionsMax: 8 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

describe("ensureProject", () => {
  test("makes both sides, whose numbers name the product and the side", async () => {
    const { live, sandbox } = await ensureProject({ db, clock }, { ...settings, slug: "pair" });

    expect(live.projectId % 2).toBe(0);
    expect(sandbox.projectId).toBe(live.projectId + 1);
    expect(live).toEqual({
      ...settings,
      slug: "pair",
      projectId: live.projectId,
      side: "live",
      paymentTerms: { collection: "charge", netDays: 30 },
      createdAtMs: clock.now(),
    });
  });

  test("leaves a project that exists as it is", async () => {
    const first = await ensureProject({ db, clock }, { ...settings, slug: "kept" });
    const again = await ensureProject({ db, clock }, { ...settings, slug: "kept", name: "Other" });

    expect(again).toEqual(first);
  });

  test("run by many processes at once, makes one pair for each slug", async () => {
    const slugs = ["race-a", "race-b", "race-c"];
    const all = await Promise.all(
      slugs.flatMap((slug) =>
        [1, 2, 3].map(() => ensureProject({ db, clock }, { ...settings, slug })),
      ),
    );

    const pairs = new Set(
      all.map(({ live, sandbox }) => `${live.slug} ${live.projectId} ${sandbox.projectId}`),
    );
    expect(pairs.size).toBe(slugs.length);
    for (const { live, sandbox } of all) expect(sandbox.projectId).toBe(live.projectId + 1);
  });

  test("completes a pair of which only the live side was written", async () => {
    const projectId = 5000;
    const live = { ...settings, slug: "half", projectId, side: "live", createdAtMs: 0 } as const;
    await db.inProject(projectId, (tx) => insertProject(tx, live));

    const pair = await ensureProject({ db, clock }, { ...settings, slug: "half" });

    expect(pair.live.projectId).toBe(projectId);
    expect(pair.sandbox.projectId).toBe(projectId + 1);
  });
});

describe("finding a project", () => {
  test("by slug and side, across all projects", async () => {
    const { sandbox } = await ensureProject({ db, clock }, { ...settings, slug: "found" });

    await expect(
      db.acrossProjects((tx) => getProjectBySlug(tx, "found", "sandbox")),
    ).resolves.toEqual(sandbox);
    await expect(db.acrossProjects((tx) => getProjectBySlug(tx, "lost", "live"))).rejects.toThrow(
      expect.objectContaining({ code: "project_not_found" }),
    );
  });

  test("inside a transaction finds its own side and nothing else", async () => {
    const { live, sandbox } = await ensureProject({ db, clock }, { ...settings, slug: "mine" });

    await expect(db.inProject(live.projectId, getProject)).resolves.toEqual(live);
    await expect(
      db.inProject(sandbox.projectId, (tx) => listProjectsBySlug(tx, "mine")),
    ).resolves.toEqual([sandbox]);
    await expect(db.inProject(999_999, getProject)).rejects.toThrow("project that exists");
  });

  test("lists the number of every side", async () => {
    const { live, sandbox } = await ensureProject({ db, clock }, { ...settings, slug: "listed" });

    await expect(db.acrossProjects(listProjectIds)).resolves.toEqual(
      expect.arrayContaining([live.projectId, sandbox.projectId]),
    );
  });
});
