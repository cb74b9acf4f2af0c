import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { forgetIdempotencyKeys } from "./idempotency-store.ts";
import { problemErrors } from "./problem.ts";
import { Closed } from "./wire.ts";

const DAY_MS = 86_400_000;
const clock = manualClock(Date.UTC(2026, 0, 1));

/** The effect of `POST /v1/effects`: one row of a table that the application's role may write. */
const effectRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/effects",
    {
      config: { scope: "billing:write", refuses: ["plan_not_found"] },
      schema: {
        operationId: "makeEffect",
        summary: "Leave a row behind",
        tags: ["test"],
        body: Closed({
          name: Type.String(),
          fail: Type.Optional(Type.Boolean()),
          nested: Type.Optional(Closed({ a: Type.Integer(), b: Type.Integer() })),
        }),
        querystring: Closed({ dry_run: Type.Optional(Type.Boolean()) }),
        response: { 201: Type.Object({ name: Type.String(), secret: Type.String() }) },
      },
    },
    ({ body, caller }, reply) =>
      reply.answer(async (tx) => {
        await tx.query(
          `insert into lookup (lookup_key, project_id, customer_id, object_id)
           select 'effect:' || gen_random_uuid(), $1, 0, 0`,
          [caller.projectId],
        );
        if (body.fail === true) throw new BillingError("plan_not_found");
        return { name: body.name, secret: "shown once" };
      }),
  );
};

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer(clock, () => [
    { name: "operator", owns: "/v1", errors: problemErrors, routes: [effectRoutes] },
  ]);
  token = await server.issueToken(["billing:write"]);
});
afterAll(() => server.close());

let key = "";
let keyCount = 0;
beforeEach(async () => {
  key = `key-${(keyCount += 1)}`;
  await inLive((tx) => tx.query("delete from lookup"));
});

const inLive: <Result>(work: Parameters<typeof server.db.inProject<Result>>[1]) => Promise<Result> =
  (work) => server.db.inProject(server.projects.live.projectId, work);

const post = (
  payload: object,
  {
    withKey = key,
    withToken = token,
    query = "",
  }: { withKey?: string; withToken?: string; query?: string } = {},
) =>
  server.app.inject({
    method: "POST",
    url: `/v1/effects${query}`,
    payload,
    headers: { authorization: `Bearer ${withToken}`, "idempotency-key": withKey },
  });

async function effectCount(): Promise<number> {
  return (await inLive((tx) => tx.query("select from lookup"))).length;
}

describe("a request with an Idempotency-Key", () => {
  test("is done once; its repetition is answered with the first answer", async () => {
    const first = await post({ name: "a" });
    const again = await post({ name: "a" });

    expect(first.statusCode).toBe(201);
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.statusCode).toBe(201);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(again.body).toBe(first.body);
    expect(await effectCount()).toBe(1);
  });

  test("sent twenty times at once has one effect", async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => post({ name: "a" })));

    expect(await effectCount()).toBe(1);
    const statuses = new Set(responses.map(({ statusCode }) => statusCode));
    expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const fresh = responses.filter(
      ({ statusCode, headers }) => statusCode === 201 && !headers["idempotent-replayed"],
    );
    expect(fresh).toHaveLength(1);
    const inFlight = responses.filter(({ statusCode }) => statusCode === 409);
    for (const { body } of inFlight) expect(body).toContain("idempotency_request_in_flight");
  });

  test("is the same request whatever the order of its fields", async () => {
    await post({ name: "a", nested: { a: 1, b: 2 } });
    const again = await post({ nested: { b: 2, a: 1 }, name: "a" });

    expect(again.headers["idempotent-replayed"]).toBe("true");
  });

  test.each([
    { payload: { name: "b" }, query: "", because: "the body differs" },
    { payload: { name: "a" }, query: "?dry_run=true", because: "the address differs" },
  ])("with a used key is a 422 when $because", async ({ payload, query }) => {
    await post({ name: "a" });

    const other = await post(payload, { query });

    expect(other.statusCode).toBe(422);
    expect(other.json()).toMatchObject({ code: "idempotency_key_reused" });
    expect(await effectCount()).toBe(1);
  });

  test("that was refused stored nothing and is tried anew", async () => {
    const refused = await post({ name: "a", fail: true });
    const again = await post({ name: "a", fail: false });

    expect(refused.statusCode).toBe(404);
    expect(again.statusCode).toBe(201);
    expect(await effectCount()).toBe(1);
  });

  test("on the other side is another request", async () => {
    const sandboxToken = await server.issueToken(["billing:write"], { side: "sandbox" });
    await post({ name: "a" });

    const other = await post({ name: "b" }, { withToken: sandboxToken });

    expect(other.statusCode).toBe(201);
    expect(other.headers["idempotent-replayed"]).toBeUndefined();
  });

  test.each(["", "a b", "é", "x".repeat(256)])("of '%s' is refused", async (withKey) => {
    const response = await post({ name: "a" }, { withKey });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "idempotency_key_invalid" });
    expect(await effectCount()).toBe(0);
  });

  test("leaves no readable answer in the database", async () => {
    await post({ name: "a" });

    const [row] = await inLive((tx) =>
      tx.query<{ answer: Buffer }>("select answer from idempotency_key where key = $1", [key]),
    );

    expect(row?.answer.toString("utf8")).not.toContain("shown once");
  });

  test("is forgotten when it is old, and no sooner", async () => {
    await post({ name: "a" });
    const forget = (olderThanMs: number) => inLive((tx) => forgetIdempotencyKeys(tx, olderThanMs));

    expect(await forget(clock.now())).toBe(0);
    clock.moveBy(DAY_MS);
    expect(await forget(clock.now() - 1)).toBeGreaterThan(0);
    expect((await post({ name: "other" })).statusCode).toBe(201);
  });
});

test("without a key, each request is a request of its own", async () => {
  const send = () =>
    server.app.inject({
      method: "POST",
      url: "/v1/effects",
      payload: { name: "a" },
      headers: { authorization: `Bearer ${token}` },
    });
  await Promise.all([send(), send()]);

  expect(await effectCount()).toBe(2);
});
