import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { problemErrors } from "./problem.ts";

const schema = (operationId: string) => ({ operationId, summary: "A test", tags: ["test"] });
const routes: FastifyPluginAsyncTypebox = async (app) => {
  const config = { scope: "billing:read", refuses: [] } as const;
  app.get("/v1/counted", { config, schema: schema("counted") }, () => ({}));
  const free = { ...config, rateLimit: "none" } as const;
  app.get("/v1/free", { config: free, schema: schema("free") }, () => ({}));
};

const clock = manualClock(Date.UTC(2026, 0, 1, 0, 0, 3));
let server: TestServer;
beforeAll(async () => {
  const surface = { name: "operator", owns: "/v1", errors: problemErrors, routes: [routes] };
  server = await startTestServer(clock, () => [surface], { requestsPerTokenMax: 2 });
});
afterAll(() => server.close());

test("a token that sends too much waits for the next window; others do not wait for it", async () => {
  const [busy, other] = [
    await server.issueToken(["billing:read"]),
    await server.issueToken(["billing:read"]),
  ];
  const get = async (token: string, url = "/v1/counted") => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await server.app.inject({ url, headers });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  };

  const first = await get(busy);
  await get(busy);
  const refused = await get(busy);

  expect(first).toMatchObject({
    status: 200,
    headers: { "ratelimit-policy": '"token";q=2;w=10', ratelimit: '"token";r=1;t=7' },
  });
  expect(refused).toMatchObject({
    status: 429,
    headers: {
      "content-type": "application/problem+json; charset=utf-8",
      "retry-after": "7",
      ratelimit: '"token";r=0;t=7',
    },
  });
  expect(JSON.parse(refused.text)).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  expect((await get(other)).status).toBe(200);
  const free = await get(busy, "/v1/free");
  expect([free.status, free.headers["ratelimit"]]).toEqual([200, undefined]);

  clock.moveBy(7_000);
  expect((await get(busy)).status).toBe(200);
  expect(server.undeclared).toEqual([]);
});
