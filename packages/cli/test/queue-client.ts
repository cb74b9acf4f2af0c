/**
 * A program that reports usage through a queue on the disk, to be killed: `FOLDER SUBSCRIPTION FIRST
 * LAST`. Each event's count is its number, which is printed as soon as the queue has taken it.
 */
import { writeSync } from "node:fs";
import { fileStore } from "@farthing/sdk/node";
import { addressOf, clientFor } from "../src/connection.ts";

const ADDED_AT_ONCE = 10;

const [folder = "", subscription = "", first, last] = process.argv.slice(2);
const client = clientFor(await addressOf({}));
const queue = await client.usageQueue({
  store: fileStore(folder),
  batchSizeMax: 40,
  lingerMs: 1,
});

async function add(count: number): Promise<void> {
  await queue.add(subscription, { metric: "packages", metric_count: count });
  writeSync(process.stdout.fd, `${count}\n`);
}

for (let count = Number(first); count <= Number(last); count += ADDED_AT_ONCE) {
  await Promise.all(Array.from({ length: ADDED_AT_ONCE }, (_, index) => add(count + index)));
}
await queue.close();
