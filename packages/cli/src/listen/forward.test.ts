import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { forwardPatiently, newSecret } from "./forward.ts";

type Answer = number | "hangs up";

/** A program that is being developed: answers as it is told, and then for ever as it did last. */
async function localProgram(answers: readonly Answer[]) {
  const ids: unknown[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ids.length, answers.length - 1)] ?? 204;
    ids.push(request.headers["webhook-id"]);
    if (answer === "hangs up") request.socket.destroy();
    else response.writeHead(answer).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, ids, close: () => server.close() };
}

async function forwarding(answers: readonly Answer[], stopAfterPauses = Number.POSITIVE_INFINITY) {
  const { url, ids, close } = await localProgram(answers);
  const stopping = new AbortController();
  const told: unknown[] = [];
  const pausesMs: number[] = [];
  const forwarded = await forwardPatiently(
    { id: "evt_1", body: "{}" },
    { url, secret: newSecret() },
    {
      signal: stopping.signal,
      onRetry: ({ status }) => told.push(status),
      wait: (delayMs) => {
        pausesMs.push(delayMs);
        if (pausesMs.length === stopAfterPauses) stopping.abort();
        return Promise.resolve();
      },
    },
  );
  close();
  return { status: forwarded.status, told, pausesMs, ids };
}

test("what is not taken is told and tried again, under the same id, until it is", async () => {
  expect(await forwarding([500, "hangs up", 204])).toEqual({
    status: 204,
    told: [500, null],
    pausesMs: [1000, 2000],
    ids: ["evt_1", "evt_1", "evt_1"],
  });
});

test("after three more tries it is given up", async () => {
  expect(await forwarding([503])).toMatchObject({ status: 503, pausesMs: [1000, 2000, 4000] });
});

test("whoever stops meanwhile waits for no further try", async () => {
  expect(await forwarding([500, 204], 1)).toMatchObject({ status: 500, ids: ["evt_1"] });
});
