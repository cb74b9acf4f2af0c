import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deferred } from "#test/support/deferred.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { problemErrors } from "./problem.ts";

let isStarted = true;
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ now: Date.now }, () => [], { isStarted: () => isStarted });
});
afterAll(() => server.close());

const get = (url: string) => server.app.inject({ url });

test("closing lets the request in flight finish", async () => {
  const begun = deferred();
  const release = deferred();
  const routes: FastifyPluginAsyncTypebox = async (app) => {
    app.get("/slow", { config: { public: true }, schema: { hide: true } }, async () => {
      begun.resolve();
      await release.promise;
      return { done: true };
    });
  };
  const slow = await startTestServer({ now: Date.now }, () => [
    { name: "slow", owns: "/", errors: problemErrors, routes: [routes] },
  ]);
  const url = await slow.app.listen({ port: 0, host: "127.0.0.1" });

  const answer = fetch(`${url}/slow`);
  await begun.promise;
  const closed = slow.close();
  release.resolve();

  expect(await (await answer).json()).toEqual({ done: true });
  await closed;
  await expect(fetch(`${url}/slow`)).rejects.toThrow("fetch failed");
});

describe("health", () => {
  test("is well while the process lives", async () => {
    expect((await get("/healthz")).json()).toEqual({ status: "ok" });
    expect((await server.app.inject({ method: "HEAD", url: "/healthz" })).statusCode).toBe(200);
  });

  test("is ready when started and the database answers", async () => {
    expect((await get("/readyz")).json()).toEqual({ status: "ready" });
    isStarted = false;
    const starting = await get("/readyz");
    isStarted = true;

    expect(starting.statusCode).toBe(503);
    expect(starting.json()).toEqual({ status: "starting" });
  });

  test("is not ready without its database", async () => {
    const lost = await startTestServer({ now: Date.now }, () => []);
    await lost.db.close();

    const response = await lost.app.inject({ url: "/readyz" });

    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({ status: "database_unavailable" });
    await lost.app.close();
  });
});
