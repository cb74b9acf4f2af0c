import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryStore, type QueuedUsage, type UsageStore } from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-store-"));
});
afterEach(() => rm(folder, { recursive: true }));

const event = (reference_id: string, metric = "packages"): QueuedUsage => ({
  subscription: "sub_1",
  metric,
  quantity: "1",
  reference_id,
  occurred_at: "2026-03-01T12:00:00.000Z",
});
const refusal = (reference_id: string, code = "usage_metric_unknown") => ({
  event: event(reference_id),
  code,
  message: "No.",
  refused_at: "2026-03-01T12:00:00.000Z",
});

const references = (stored: Awaited<ReturnType<UsageStore["open"]>>) =>
  stored.map((one) => one.event.reference_id);

describe.each([
  { name: "memory", open: () => memoryStore() },
  { name: "file", open: () => fileStore(folder) },
])("the $name store", ({ open }) => {
  test("gives what is not settled to who opens it next, oldest first", async () => {
    const store = open();
    expect(await store.open()).toEqual([]);
    const ids: number[] = [];
    for (const name of ["a", "b", "c", "d"]) ids.push((await store.append(event(name))).id);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    await store.settle([ids[0] ?? 0, ids[2] ?? 0]);
    await store.close();
    expect(references(await store.open())).toEqual(["b", "d"]);
    expect((await store.append(event("e"))).id).toBeGreaterThan(ids[3] ?? 0);
    await store.close();
  });

  test("keeps refused events apart, once each, until they are cleared", async () => {
    const store = open();
    await store.open();
    await store.refuse([refusal("a"), refusal("b")]);
    await store.refuse([refusal("a", "usage_too_late")]);
    await store.close();
    await store.open();
    expect(await store.refused()).toEqual([refusal("a", "usage_too_late"), refusal("b")]);
    await store.clearRefused();
    expect(await store.refused()).toEqual([]);
    await store.close();
  });
});

describe("the file store", () => {
  const waitingLog = () => join(folder, "waiting.log");

  test("survives a last line that a crash tore, at every byte of it", async () => {
    const first = JSON.stringify({ id: 1, event: event("a") });
    const second = JSON.stringify({ id: 2, event: event("b") });
    for (const length of [0, 1, 7, second.length - 1, second.length]) {
      await writeFile(waitingLog(), `${first}\n${second.slice(0, length)}`);
      const store = fileStore(folder);
      const kept = length === second.length ? ["a", "b"] : ["a"];
      expect(references(await store.open())).toEqual(kept);
      await store.append(event("c"));
      await store.close();
      expect(references(await store.open())).toEqual([...kept, "c"]);
      await store.close();
    }
    expect(await readdir(folder)).not.toContain("damaged.log");
  });

  test("puts a line that it cannot read aside and goes on behind it", async () => {
    const lines = ["a", "b"].map((name, id) => JSON.stringify({ id, event: event(name) }));
    await writeFile(waitingLog(), `${lines[0]}\n\0\0\0\n${lines[1]}\n`);
    const store = fileStore(folder);
    expect(references(await store.open())).toEqual(["a", "b"]);
    await store.close();
    expect(await readFile(join(folder, "damaged.log"), "utf8")).toBe("\0\0\0\n");
  });

  test("does not grow with what is settled", async () => {
    const store = fileStore(folder);
    await store.open();
    const kept = await store.append(event("kept"));
    for (let round = 0; round < 12; round += 1) {
      const many = Array.from({ length: 1_000 }, (_, index) => event(`${round}-${index}`));
      const stored = await Promise.all(many.map((one) => store.append(one)));
      await store.settle(stored.map(({ id }) => id));
    }
    expect((await stat(waitingLog())).size).toBeLessThan(1_000_000);
    await store.close();
    expect(await store.open()).toEqual([kept]);
    await store.close();
  });

  test("is open once at a time", async () => {
    const racing = Array.from({ length: 5 }, () => fileStore(folder));
    const openings = await Promise.allSettled(racing.map((store) => store.open()));
    const winner = racing[openings.findIndex(({ status }) => status === "fulfilled")];
    expect(openings.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(fileStore(folder).open()).rejects.toThrow(`in use by process ${process.pid}`);
    await winner?.close();
    const next = fileStore(folder);
    await next.open();
    await next.close();
  });

  test.each([
    { lock: '{"pid":4194999,"begun":"1"}', because: "its process is gone" },
    { lock: `{"pid":${process.pid},"begun":"1"}`, because: "its number is another's now" },
    { lock: '{"pid":', because: "the machine went down while it was made" },
    { lock: "released", because: "it was given back" },
  ])("takes a folder over when $because", async ({ lock }) => {
    await writeFile(join(folder, "lock.7"), lock);
    const store = fileStore(folder);
    await store.open();
    expect((await readdir(folder)).filter((name) => name.includes("lock"))).toEqual(["lock.8"]);
    await store.close();
  });

  test("does not take an event that it cannot write", async () => {
    const store = fileStore(folder);
    await expect(store.append(event("a"))).rejects.toThrow("is not open");
  });
});
