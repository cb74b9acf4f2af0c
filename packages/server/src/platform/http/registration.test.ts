import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorCodes } from "#kernel/error.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { PageQuery } from "./page.ts";
import { problemErrors } from "./problem.ts";
import { Closed, Instant, Literals, Metadata, Nullable } from "./wire.ts";

const clock = { now: Date.now };
const described = { operationId: "makeThing", summary: "Make a thing", tags: ["things"] };

const startWith = (routes: FastifyPluginAsyncTypebox) =>
  startTestServer(clock, () => [
    { name: "operator", owns: "/v1", errors: problemErrors, routes: [routes] },
  ]);

describe("a route is not registered when", () => {
  test.each([
    {
      because: "it is neither public nor asks for a scope",
      options: { schema: described },
      message: "either a scope or is public",
    },
    {
      because: "it is both",
      options: { config: { public: true, scope: "admin", refuses: [] }, schema: described },
      message: "either a scope or is public",
    },
    {
      because: "it does not say what it refuses",
      options: { config: { scope: "admin" }, schema: described },
      message: "declares its refusals",
    },
    {
      because: "nothing describes it",
      options: { config: { scope: "admin", refuses: [] }, schema: { operationId: "makeThing" } },
      message: "has an operationId, a summary and tags",
    },
    {
      because: "its body would take unknown fields in silence",
      options: {
        config: { scope: "admin", refuses: [] },
        schema: { ...described, body: Closed({ inner: Type.Array(Type.Object({})) }) },
      },
      message: "unknown fields",
    },
    {
      because: "it has headers validated, whose refusal would speak of the query",
      options: {
        config: { scope: "admin", refuses: [] },
        schema: { ...described, headers: Type.Object({ "x-count": Type.Integer() }) },
      },
      message: "headers are read by hooks",
    },
  ] as const)("$because", async ({ options, message }) => {
    const routes: FastifyPluginAsyncTypebox = async (app) => {
      app.post("/v1/things", options as object, () => ({}));
    };

    await expect(startWith(routes)).rejects.toThrow(message);
  });

  test("another one has its operationId", async () => {
    const options = { config: { public: true }, schema: described } as const;
    const routes: FastifyPluginAsyncTypebox = async (app) => {
      app.get("/v1/things", options, () => ({}));
      app.post("/v1/things", options, () => ({}));
    };

    await expect(startWith(routes)).rejects.toThrow("one operation's name");
  });
});

const thingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/things",
    {
      config: { scope: "billing:write", refuses: ["plan_not_found"], emptyBody: true },
      schema: {
        ...described,
        body: Closed({
          at: Type.Optional(Nullable(Instant)),
          kind: Type.Optional(Literals(["a", "b"])),
          metadata: Type.Optional(Metadata),
        }),
        response: { 201: Type.Object({ id: Type.String() }) },
      },
    },
    async (_request, reply) => reply.send({ id: "1" }),
  );
  app.get(
    "/v1/things",
    {
      config: { public: true },
      schema: { ...described, operationId: "listThings", querystring: PageQuery({}) },
    },
    () => ({}),
  );
};

describe("the API's description", () => {
  let server: TestServer;
  let document: Document;
  beforeAll(async () => {
    server = await startWith(thingRoutes);
    document = (await server.app.inject({ url: "/openapi.json" })).json();
  });
  afterAll(() => server.close());

  interface Operation {
    readonly security: unknown;
    readonly requestBody?: { readonly required: boolean };
    readonly parameters?: readonly { readonly name: string }[];
    readonly responses: Readonly<Record<string, { description: string; content?: object }>>;
  }
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, { enum?: string[] }>> };
  }

  const operation = (method: string) => document.paths["/v1/things"]?.[method] as Operation;

  test("is OpenAPI 3.1 and shows what can be called, with pages to read it", async () => {
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(["/v1/things"]);
    expect((await server.app.inject({ url: "/docs/" })).statusCode).toBe(200);
  });

  test("documents every code there is, and none that is not", () => {
    const codes = document.components.schemas["ErrorCode"]?.enum ?? [];

    expect(codes.toSorted()).toEqual([...Object.keys(errorCodes), "internal_error"].toSorted());
  });

  test("names, by status, each refusal that a route can give", () => {
    const { responses } = operation("post");

    expect(Object.keys(responses)).toEqual([
      "201",
      "400",
      "401",
      "403",
      "404",
      "409",
      "413",
      "415",
      "422",
      "429",
      "500",
      "503",
    ]);
    expect(responses["404"]?.description).toBe("- `plan_not_found`: No plan has this id.");
    expect(responses["404"]?.content).toEqual({
      "application/problem+json": { schema: { $ref: "#/components/schemas/OperatorError" } },
    });
    expect(responses["401"]?.description).toContain("access_token_revoked");
    expect(operation("get").responses["400"]?.description).toContain("cursor_invalid");
  });

  test("says what a request needs", () => {
    expect(operation("post")).toMatchObject({
      description: "Needs the scope `billing:write`.",
      security: [{ bearer: [] }, { apiKey: [] }],
      requestBody: { required: false },
      parameters: [{ name: "Idempotency-Key" }],
    });
    expect(operation("get")).toMatchObject({ security: [] });
  });
});
