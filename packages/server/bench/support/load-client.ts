/** The process that `load.ts` starts: for each load it sends requests with autocannon and reports. */
import autocannon from "autocannon";
import { percentile } from "./figures.ts";
import type { Load, LoadResult } from "./load.ts";

const runName = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let eventCount = 0;

function event(subscriptions: readonly string[]): string {
  eventCount += 1;
  const subscription = subscriptions[Math.floor(Math.random() * subscriptions.length)];
  return (
    `{"subscription":"${subscription}","metric":"packages","quantity":"${(eventCount % 9) + 1}",` +
    `"reference_id":"${runName}-${eventCount}","occurred_at":"${new Date().toISOString()}"}`
  );
}

function body({ subscriptions, eventsPerRequest }: Load): string {
  if (eventsPerRequest === 1) return event(subscriptions);
  const events = Array.from({ length: eventsPerRequest }, () => event(subscriptions));
  return `[${events.join(",")}]`;
}

async function send(load: Load): Promise<LoadResult> {
  // Autocannon's own percentiles are whole milliseconds.
  const latenciesMs: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url: load.url,
      method: "POST",
      connections: load.connections,
      duration: load.seconds,
      headers: { authorization: `Bearer ${load.token}`, "content-type": "application/json" },
      requests: [{ setupRequest: (request) => ({ ...request, body: body(load) }) }],
    };
    const running = autocannon(options, (error: unknown, done) => {
      if (error) reject(error);
      else resolve(done);
    });
    running.on("response", (_client, _status, _bytes, latencyMs) => {
      latenciesMs.push(latencyMs);
    });
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} requests were refused and ${result.errors} failed`);
  }
  const requestsPerSecond = result["2xx"] / result.duration;
  return { requestsPerSecond, p99Ms: percentile(latenciesMs, 0.99) };
}

// A load that fails ends the process, which is how the bench learns of it.
process.on("message", (load: Load) => void send(load).then((report) => process.send?.(report)));
