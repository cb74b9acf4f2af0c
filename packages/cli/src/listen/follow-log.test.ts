import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { clientFor } from "../connection.ts";
import { type Following, followLog, newestNumber } from "./follow-log.ts";

const LOG_LENGTH = 250;
const token = `farthing_test_${"0".repeat(26)}.secret`;

/** A server's event log, over HTTP; `trouble` says how the nth request goes wrong, if it does. */
async function logServer(trouble: (request: number) => "hangs up" | "is busy" | null) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const wrong = trouble(requests);
    if (wrong !== null) {
      if (wrong === "hangs up") request.socket.destroy();
      else response.writeHead(503).end();
      return;
    }
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const after = Number(searchParams.get("after") ?? 0);
    const readTo = Math.min(LOG_LENGTH, after + Number(searchParams.get("limit")));
    const data = Array.from({ length: readTo - after }, (_, index) => ({
      id: `evt_${after + index + 1}`,
      type: "invoice.paid",
      number: after + index + 1,
      message: { type: "invoice.paid", body: "{}" },
    }));
    const page = { data, read_to: readTo, last_number: LOG_LENGTH, has_more: readTo < LOG_LENGTH };
    response.setHeader("content-type", "application/json").end(JSON.stringify(page));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

async function following(url: string): Promise<{ all: Following; said: string[] }> {
  const said: string[] = [];
  const all: Following = {
    client: clientFor({ url, token }, { retry: { attemptCountMax: 1 } }),
    dialect: "native",
    signal: new AbortController().signal,
    wait: () => Promise.resolve(),
    onConnection: (state) => said.push(state),
  };
  return { all, said };
}

test("every event is told once and in order while the server comes and goes", async () => {
  const server = await logServer((request) => {
    if (request === 2 || request === 3) return "hangs up";
    return request === 5 ? "is busy" : null;
  });
  const { all, said } = await following(server.url);
  const numbers: number[] = [];
  for await (const { number } of followLog(all, 7)) {
    numbers.push(number);
    if (number === LOG_LENGTH) break;
  }
  server.close();
  expect(numbers).toEqual(Array.from({ length: LOG_LENGTH - 7 }, (_, index) => index + 8));
  expect(said).toEqual(["lost", "back", "lost", "back"]);
});

test("the newest number is where now is", async () => {
  const server = await logServer(() => null);
  const { all } = await following(server.url);
  expect(await newestNumber(all)).toBe(LOG_LENGTH);
  server.close();
});
