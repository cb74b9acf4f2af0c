import { FarthingError } from "@farthing/sdk";
import { expect, test } from "vitest";
import type { UsageBatchWire } from "../wire.ts";
import { type ImportOptions, importUsage, type Rejected } from "./import-usage.ts";
import type { ReadRow, UsageRow } from "./usage-row.ts";

type Batch = readonly UsageRow[];
type Result = UsageBatchWire["results"][number];

const event = (reference: string): UsageRow => ({
  customer: "acme",
  metric: "packages",
  quantity: "1",
  reference_id: reference,
});
const row = (line: number): ReadRow => ({
  line,
  byteCount: 100,
  source: `row ${line}`,
  event: event(`r${line}`),
});
const badRow = (line: number): ReadRow => ({
  line,
  byteCount: 100,
  source: `row ${line}`,
  fault: { code: "json_invalid", message: "no" },
});

async function* inGroupsOf(size: number, rows: readonly ReadRow[]) {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

/** Imports against a server that answers every batch as `answer` says. */
async function importing(
  rows: ImportOptions["rows"],
  answer: (batch: Batch) => Promise<readonly Result[]>,
) {
  const rejected: Rejected[] = [];
  const client = {
    request: async <T>(_method: string, _path: string, options: { body?: unknown } = {}) =>
      ({ results: await answer(options.body as Batch) }) as T,
  };
  const onRejected = async (one: Rejected) => void rejected.push(one);
  const counts = await importUsage({ client, rows, onRejected });
  return { counts, rejected };
}

const recorded: Result = { status: "recorded" };
const allRecorded = async (batch: Batch) => batch.map(() => recorded);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => row(index + 1));

test("rows go in batches of a thousand, whatever groups they were read in", async () => {
  const sizes: number[] = [];
  const { counts } = await importing(inGroupsOf(300, numbered(2_500)), async (batch) => {
    sizes.push(batch.length);
    return allRecorded(batch);
  });
  expect(sizes).toEqual([1_000, 1_000, 500]);
  expect(counts).toMatchObject({ rows: 2_500, recorded: 2_500, rejected: 0 });
});

test("long rows go in smaller batches, so that no request is too large", async () => {
  const sizes: number[] = [];
  const long = numbered(5).map((one) => ({ ...one, byteCount: 900_000 }));
  await importing(inGroupsOf(5, long), async (batch) => {
    sizes.push(batch.length);
    return allRecorded(batch);
  });
  expect(sizes).toEqual([2, 2, 1]);
});

test("reading waits for sending: no more than four batches are under way", async () => {
  let underWay = 0;
  let most = 0;
  let read = 0;
  async function* counting() {
    for await (const group of inGroupsOf(1_000, numbered(20_000))) {
      read += group.length;
      yield group;
    }
  }
  const readWhenSent: number[] = [];
  await importing(counting(), async (batch) => {
    underWay += 1;
    most = Math.max(most, underWay);
    readWhenSent.push(read);
    await new Promise(setImmediate);
    underWay -= 1;
    return allRecorded(batch);
  });
  expect(most).toBe(4);
  expect(readWhenSent.every((count, index) => count <= (index + 2) * 1_000)).toBe(true);
});

test("what was recorded before is counted apart, and what is refused is told with its line", async () => {
  const rows = [row(1), badRow(2), row(3), row(4)];
  const results: Result[] = [
    recorded,
    { status: "duplicate" },
    { status: "refused", code: "body_invalid", message: "must be text", path: "/2/occurred_at" },
  ];
  const { counts, rejected } = await importing(inGroupsOf(4, rows), async () => results);
  expect(counts).toMatchObject({ rows: 4, recorded: 1, duplicates: 1, rejected: 2 });
  expect(rejected).toEqual([
    { line: 2, code: "json_invalid", message: "no", row: "row 2" },
    { line: 4, code: "body_invalid", message: "/occurred_at must be text", row: event("r4") },
  ]);
});

test("a server that refuses everything ends the import, and reading with it", async () => {
  const refusal = new FarthingError({
    status: 401,
    code: "access_token_invalid",
    message: "This access token is not known.",
    requestId: null,
    details: [],
    retryAfterMs: null,
    body: null,
  });
  let isClosed = false;
  async function* endless() {
    try {
      for (let line = 1; ; line += 1) yield [row(line)];
    } finally {
      isClosed = true;
    }
  }
  await expect(importing(endless(), () => Promise.reject(refusal))).rejects.toBe(refusal);
  expect(isClosed).toBe(true);
});
