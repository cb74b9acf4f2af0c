import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import {
  AccessTokenWire,
  IssuedTokenWire,
  NewAccessTokenBody,
  RotationBody,
} from "./access-tokens-wire.ts";

const tags = ["access tokens"];
const Id = Closed({ id: IdString("accessToken") });

export const createAccessToken = {
  config: { scope: "admin", refuses: ["time_invalid"] },
  schema: {
    operationId: "createAccessToken",
    summary: "Make an access token",
    tags,
    body: NewAccessTokenBody,
    response: { 201: IssuedTokenWire },
  },
} as const;

export const listAccessTokens = {
  config: { scope: "admin", refuses: [] },
  schema: {
    operationId: "listAccessTokens",
    summary: "List the access tokens, newest first",
    tags,
    querystring: PageQuery({}),
    response: { 200: Page(AccessTokenWire) },
  },
} as const;

export const rotateAccessToken = {
  config: {
    scope: "admin",
    emptyBody: true,
    refuses: ["access_token_not_found", "access_token_inactive"],
  },
  schema: {
    operationId: "rotateAccessToken",
    summary: "Replace an access token, with a time in which both work",
    tags,
    params: Id,
    body: RotationBody,
    response: { 201: IssuedTokenWire },
  },
} as const;

export const revokeAccessToken = {
  config: { scope: "admin", refuses: ["access_token_not_found"] },
  schema: {
    operationId: "revokeAccessToken",
    summary: "Take an access token back at once and for ever",
    tags,
    params: Id,
    response: { 200: AccessTokenWire },
  },
} as const;
