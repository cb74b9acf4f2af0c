import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  type AccessTokenDeps,
  type Authenticator,
  issueAccessToken,
  listAccessTokens,
  revokeAccessToken,
  rotateAccessToken,
} from "#modules/keys/index.ts";
import { Page, PageQuery, pageOf, readCursor } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import {
  AccessTokenWire,
  accessTokenIdFromWire,
  accessTokenToWire,
  IssuedTokenWire,
  issuedTokenToWire,
  NewAccessTokenBody,
  newAccessTokenFromWire,
  overlapFromWire,
  RotationBody,
} from "./access-tokens-wire.ts";

export interface AccessTokenRoutesDeps extends AccessTokenDeps {
  readonly authenticator: Pick<Authenticator, "forget">;
}

const tags = ["access tokens"];
const params = Closed({ id: IdString("accessToken") });

export const accessTokenRoutes =
  (deps: AccessTokenRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/access_tokens",
      {
        config: { scope: "admin", refuses: ["time_invalid"] },
        schema: {
          operationId: "createAccessToken",
          summary: "Make an access token",
          tags,
          body: NewAccessTokenBody,
          response: { 201: IssuedTokenWire },
        },
      },
      (request, reply) =>
        reply.answer(async (tx) => {
          const wanted = newAccessTokenFromWire(request.body, deps.clock.now());
          return issuedTokenToWire(await issueAccessToken(tx, deps, wanted));
        }),
    );

    app.get(
      "/v1/access_tokens",
      {
        config: { scope: "admin", refuses: [] },
        schema: {
          operationId: "listAccessTokens",
          summary: "List the access tokens, newest first",
          tags,
          querystring: PageQuery({}),
          response: { 200: Page(AccessTokenWire) },
        },
      },
      (request) => {
        const { limit, cursor } = request.query;
        const [beforeId] = readCursor(cursor, 1) ?? [];
        return request.transact(async (tx) => {
          const page = { beforeId: beforeId ?? null, count: limit + 1 };
          const tokens = await listAccessTokens(tx, page);
          return pageOf(tokens, limit, { toWire: accessTokenToWire, cursor: ({ id }) => [id] });
        });
      },
    );

    app.post(
      "/v1/access_tokens/:id/rotate",
      {
        config: {
          scope: "admin",
          emptyBody: true,
          refuses: ["access_token_not_found", "access_token_inactive"],
        },
        schema: {
          operationId: "rotateAccessToken",
          summary: "Replace an access token, with a time in which both work",
          tags,
          params,
          body: RotationBody,
          response: { 201: IssuedTokenWire },
        },
      },
      async (request, reply) => {
        const id = accessTokenIdFromWire(request.params.id);
        const overlapMs = overlapFromWire(request.body);
        const body = await reply.answer(async (tx) =>
          issuedTokenToWire(await rotateAccessToken(tx, deps, { id, overlapMs })),
        );
        deps.authenticator.forget(id);
        return body;
      },
    );

    app.delete(
      "/v1/access_tokens/:id",
      {
        config: { scope: "admin", refuses: ["access_token_not_found"] },
        schema: {
          operationId: "revokeAccessToken",
          summary: "Take an access token back at once and for ever",
          tags,
          params,
          response: { 200: AccessTokenWire },
        },
      },
      async (request) => {
        const id = accessTokenIdFromWire(request.params.id);
        const token = await request.transact((tx) => revokeAccessToken(tx, deps, id));
        deps.authenticator.forget(id);
        return accessTokenToWire(token);
      },
    );
  };
