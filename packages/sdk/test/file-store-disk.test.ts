import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { QueuedUsage, UsageStore } from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";
import { watchDisk } from "./watched-disk.ts";

const FAILED = "The disk has failed.";

let disk: Awaited<ReturnType<typeof watchDisk>>;
let folder: string;

beforeEach(async () => {
  disk = await watchDisk();
  folder = await mkdtemp(join(tmpdir(), "farthing-disk-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const event = (reference_id: string): QueuedUsage => ({
  subscription: "sub_1",
  metric: "packages",
  quantity: "1",
  reference_id,
  occurred_at: "2026-03-01T12:00:00.000Z",
});

async function openStore(): Promise<UsageStore> {
  const store = fileStore(folder);
  await store.open();
  return store;
}

/** What the next process finds. */
async function leftBy(store: UsageStore): Promise<string[]> {
  await store.close();
  disk.heal();
  const next = fileStore(folder);
  const left = await next.open();
  await next.close();
  return left.map((stored) => stored.event.reference_id);
}

describe("the folder", () => {
  test("is on the disk with all above it that had to be made", async () => {
    const deep = join(folder, "a", "b", "c");
    const store = fileStore(deep);
    await store.open();
    for (const made of [folder, join(folder, "a"), join(folder, "a/b"), deep]) {
      expect(await disk.hasSynced(made)).toBe(true);
    }
    await store.close();
  });

  test("is on the disk too when a process that was killed had made it", async () => {
    await mkdir(join(folder, "a"));
    const store = fileStore(join(folder, "a"));
    await store.open();
    expect(await disk.hasSynced(folder)).toBe(true);
    await store.close();
  });

  test.each(["waiting.log.new", "refused.log.new", "."])(
    "is free again after it could not be opened for the sake of %s",
    async (name) => {
      disk.failAt(join(folder, name));
      const store = fileStore(folder);
      await expect(store.open()).rejects.toThrow(FAILED);
      await expect(store.append(event("a"))).rejects.toThrow("is not open");
      disk.heal();
      expect(await store.open()).toEqual([]);
      await store.close();
    },
  );
});

test("a line that cannot be read leaves the log only when it is safe elsewhere", async () => {
  const log = join(folder, "waiting.log");
  await writeFile(log, "\0\0\0\n\n");
  disk.failAt(join(folder, "damaged.log"));
  await expect(fileStore(folder).open()).rejects.toThrow(FAILED);
  expect(await readFile(log, "utf8")).toContain("\0\0\0\n");
});

test("after a failed flush no event is taken until the folder is opened again", async () => {
  const store = await openStore();
  await store.append(event("a"));
  disk.failAt(join(folder, "waiting.log"));
  await expect(store.append(event("b"))).rejects.toThrow(FAILED);
  disk.heal();
  await expect(store.append(event("c"))).rejects.toThrow(FAILED);
  expect(await leftBy(store)).toEqual(["a"]);
});

describe("rewriting the log", () => {
  /** So much of it settled that the next settling rewrites it. */
  async function grownStore() {
    const store = await openStore();
    const large = Array.from({ length: 6 }, (_, index) => event(`${index}`.repeat(200_000)));
    const settled = await Promise.all(large.map((one) => store.append(one)));
    await store.append(event("kept"));
    return { store, settleAll: () => store.settle(settled.map(({ id }) => id)) };
  }

  test("says that it failed, and goes on with the old one", async () => {
    const { store, settleAll } = await grownStore();
    disk.failAt(join(folder, "waiting.log.new"));
    await expect(settleAll()).rejects.toThrow(FAILED);
    await store.append(event("later"));
    expect(await leftBy(store)).toEqual(["kept", "later"]);
  });

  test("takes no event that a power cut could lose with the new one's name", async () => {
    const { store, settleAll } = await grownStore();
    disk.failAt(folder);
    await expect(settleAll()).rejects.toThrow(FAILED);
    disk.heal();
    await expect(store.append(event("later"))).rejects.toThrow(FAILED);
    expect(await leftBy(store)).toEqual(["kept"]);
  });
});
