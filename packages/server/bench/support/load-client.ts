/** The process that `load.ts` starts: sends requests with autocannon and reports once. */
import autocannon from "autocannon";
import { percentile } from "./figures.ts";
import type { Load, LoadResult } from "./load.ts";

const load = JSON.parse(process.argv[2] ?? "{}") as Load;
const { subscriptions, eventsPerRequest } = load;
const runName = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let eventCount = 0;

function event(): string {
  eventCount += 1;
  const subscription = subscriptions[Math.floor(Math.random() * subscriptions.length)];
  return (
    `{"subscription":"${subscription}","metric":"packages","quantity":"${(eventCount % 9) + 1}",` +
    `"reference_id":"${runName}-${eventCount}","occurred_at":"${new Date().toISOString()}"}`
  );
}

function body(): string {
  if (eventsPerRequest === 1) return event();
  return `[${Array.from({ length: eventsPerRequest }, event).join(",")}]`;
}

// Autocannon's own percentiles are whole milliseconds.
const latenciesMs: number[] = [];

const result = await new Promise<autocannon.Result>((resolve, reject) => {
  const options: autocannon.Options = {
    url: load.url,
    method: "POST",
    connections: load.connections,
    duration: load.seconds,
    headers: { authorization: `Bearer ${load.token}`, "content-type": "application/json" },
    requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
  };
  const running = autocannon(options, (error: unknown, done) => {
    if (error) reject(error);
    else resolve(done);
  });
  running.on("response", (_client, _status, _bytes, latencyMs) => void latenciesMs.push(latencyMs));
});
if (result.non2xx > 0 || result.errors > 0) {
  throw new Error(`${result.non2xx} requests were refused and ${result.errors} failed`);
}
const report: LoadResult = {
  requestsPerSecond: result["2xx"] / result.duration,
  p99Ms: percentile(latenciesMs, 0.99),
};
process.send?.(report);
process.disconnect();
