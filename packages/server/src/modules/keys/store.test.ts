import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BillingError, type ErrorCode } from "#kernel/error.ts";
import type { Side } from "#modules/projects/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import {
  type Authenticator,
  createAuthenticator,
  getAccessToken,
  type IssuedToken,
  issueAccessToken,
  listAccessTokens,
  revokeAccessToken,
  rotateAccessToken,
} from "./index.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
const wanted = { name: "backend", scopes: ["billing:read"], expiresAtMs: null } as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(clock, () => []);
});
afterAll(() => server.close());

let authenticator: Authenticator;
let readCount = 0;
beforeEach(() => {
  readCount = 0;
  // The real database, which also counts how often it is asked.
  const db: Database = {
    ...server.db,
    acrossProjects: (work) => {
      readCount += 1;
      return server.db.acrossProjects(work);
    },
  };
  authenticator = createAuthenticator({
    db,
    clock,
    hasher: server.accessTokens.hasher,
    cacheMs: 2000,
  });
});

const inSide = <Result>(side: Side, work: (tx: Tx) => Promise<Result>) =>
  server.db.inProject(server.projects[side].projectId, work);

const issue = (changes: object = {}, side: Side = "live"): Promise<IssuedToken> =>
  inSide(side, (tx) => issueAccessToken(tx, server.accessTokens, { ...wanted, ...changes }));

/** The code of the refusal, or null for a token that is let in. */
async function refusal(text: string): Promise<ErrorCode | null> {
  try {
    await authenticator.authenticate(text);
    return null;
  } catch (error) {
    if (error instanceof BillingError) return error.code;
    throw error;
  }
}

describe("a token", () => {
  test("opens the side and the scopes that it was made for", async () => {
    const { text, token } = await issue({ scopes: ["usage:write"] }, "sandbox");

    expect(text).toMatch(/^demo_test_[0-9a-z]{26}\.[0-9A-Za-z]{43}$/);
    await expect(authenticator.authenticate(text)).resolves.toEqual({
      projectId: server.projects.sandbox.projectId,
      side: "sandbox",
      tokenId: token.id,
      scopes: new Set(["usage:write"]),
    });
  });

  test("leaves only a keyed hash in the database", async () => {
    const { text, token } = await issue();
    const secret = text.split(".")[1] ?? "";

    const [row] = await inSide("live", (tx) =>
      tx.query<{ row: string }>(
        "select access_token::text || encode(secret_hash, 'escape') as row from access_token where id = $1",
        [token.id],
      ),
    );

    expect(row?.row).not.toContain(secret);
  });

  test("is not known when its secret, its id, its side or its form is wrong", async () => {
    const { text } = await issue();
    const other = await issue();
    const [head = "", secret = ""] = text.split(".");

    expect(await refusal(`${head}.${other.text.split(".")[1]}`)).toBe("access_token_invalid");
    expect(await refusal(`${head.slice(0, -2)}00.${secret}`)).toBe("access_token_invalid");
    expect(await refusal(text.replace("_live_", "_test_"))).toBe("access_token_invalid");
    expect(await refusal("nonsense")).toBe("access_token_invalid");
  });

  test("expires at its time, also when it is remembered", async () => {
    const { text } = await issue({ expiresAtMs: clock.now() + 1000 });

    expect(await refusal(text)).toBeNull();
    clock.moveBy(1000);
    expect(await refusal(text)).toBe("access_token_expired");
    expect(readCount).toBe(1);
  });

  test("belongs to its side: the other one does not find it", async () => {
    const { token } = await issue();

    await expect(inSide("sandbox", (tx) => getAccessToken(tx, token.id))).rejects.toThrow(
      expect.objectContaining({ code: "access_token_not_found" }),
    );
  });
});

describe("revoking", () => {
  test("holds at once where it was made, and at latest when the memory is old elsewhere", async () => {
    const { text, token } = await issue();
    const elsewhere = createAuthenticator({
      ...server,
      hasher: server.accessTokens.hasher,
      cacheMs: 2000,
    });
    await authenticator.authenticate(text);
    await elsewhere.authenticate(text);

    await inSide("live", (tx) => revokeAccessToken(tx, { clock }, token.id));
    authenticator.forget(token.id);

    expect(await refusal(text)).toBe("access_token_revoked");
    expect(elsewhere.authenticate(text)).toMatchObject({ tokenId: token.id });
    clock.moveBy(2000);
    await expect(elsewhere.authenticate(text)).rejects.toThrow(
      expect.objectContaining({ code: "access_token_revoked" }),
    );
  });

  test("twice keeps the first time", async () => {
    const { token } = await issue();
    const revoke = () => inSide("live", (tx) => revokeAccessToken(tx, { clock }, token.id));
    const first = await revoke();
    clock.moveBy(5000);

    expect(await revoke()).toEqual(first);
  });

  test("while a token is being read, the reading is not remembered", async () => {
    const { text, token } = await issue();
    const reading = authenticator.authenticate(text);
    authenticator.forget(token.id);
    await reading;
    await authenticator.authenticate(text);

    expect(readCount).toBe(2);
  });
});

describe("remembering", () => {
  test("answers without a promise and without a read until it is old", async () => {
    const { text, token } = await issue();
    await authenticator.authenticate(text);

    expect(authenticator.authenticate(text)).toMatchObject({ tokenId: token.id });
    expect(readCount).toBe(1);
    clock.moveBy(2000);
    expect(authenticator.authenticate(text)).toBeInstanceOf(Promise);
    expect(readCount).toBe(2);
  });

  test("reads once for requests that come at the same time", async () => {
    const { text } = await issue();
    await Promise.all(Array.from({ length: 10 }, () => refusal(text)));

    expect(readCount).toBe(1);
  });
});

describe("rotating", () => {
  const rotate = (id: bigint, overlapMs: number) =>
    inSide("live", (tx) => rotateAccessToken(tx, server.accessTokens, { id, overlapMs }));

  test("makes a successor, beside which the old token works a while", async () => {
    const old = await issue();
    const successor = await rotate(old.token.id, 60_000);

    expect(successor.token).toMatchObject({ name: "backend", scopes: ["billing:read"] });
    expect(await refusal(old.text)).toBeNull();
    expect(await refusal(successor.text)).toBeNull();
    clock.moveBy(60_000);
    expect(await refusal(old.text)).toBe("access_token_expired");
    expect(await refusal(successor.text)).toBeNull();
  });

  test("without overlap ends the old token at once", async () => {
    const old = await issue();
    await rotate(old.token.id, 0);

    expect(await refusal(old.text)).toBe("access_token_expired");
  });

  test("is refused for a token that opens nothing any more", async () => {
    const { token } = await issue();
    await rotate(token.id, 0);

    await expect(rotate(token.id, 0)).rejects.toThrow(
      expect.objectContaining({ code: "access_token_inactive" }),
    );
  });
});

test("lists a side's tokens, newest first, page by page", async () => {
  const { token } = await issue();
  const newest = await issue();
  await issue({}, "sandbox");
  const list = (beforeId: bigint | null) =>
    inSide("live", (tx) => listAccessTokens(tx, { beforeId, count: 1 }));

  expect(await list(null)).toMatchObject([{ id: newest.token.id }]);
  expect(await list(newest.token.id)).toMatchObject([{ id: token.id }]);
});
