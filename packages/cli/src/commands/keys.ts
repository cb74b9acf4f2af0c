import type { Farthing } from "@farthing/sdk";
import { type ConnectionFlags, connect } from "../connection.ts";
import { CommandFailure, UsageFailure } from "../failure.ts";
import { instantFrom } from "../instant.ts";
import { colorsFor } from "../terminal/colors.ts";
import { tableLines } from "../terminal/table.ts";
import type { AccessTokenWire, PageWire } from "../wire.ts";

export interface KeyFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export interface CreateFlags extends KeyFlags {
  readonly scope: readonly string[];
  readonly expires?: string;
}

export interface RotateFlags extends KeyFlags {
  /** In seconds. */
  readonly overlap?: string;
}

export interface RevokeFlags extends KeyFlags {
  readonly yes?: boolean;
}

const TOKENS = "/v1/access_tokens";

export async function keysCreate(name: string, flags: CreateFlags): Promise<number> {
  const { scope: scopes, expires } = flags;
  const body = {
    name,
    scopes,
    ...(expires === undefined ? {} : { expires_at: instantFrom("--expires", expires) }),
  };
  const client = await connect(flags);
  show(await client.request<AccessTokenWire>("POST", TOKENS, { body }), flags);
  return 0;
}

export async function keysList(flags: KeyFlags): Promise<number> {
  const tokens = await allTokens(await connect(flags));
  if (flags.json) {
    console.log(JSON.stringify(tokens, null, 2));
    return 0;
  }
  const header = ["id", "name", "state", "scopes"];
  const rows = tokens.map((token) => [token.id, token.name, stateOf(token), scopesOf(token)]);
  console.log(tableLines([header, ...rows], ["left", "left", "left", "left"]).join("\n"));
  return 0;
}

export async function keysRotate(id: string, flags: RotateFlags): Promise<number> {
  const { overlap } = flags;
  if (overlap !== undefined && !/^\d+$/.test(overlap)) {
    throw new UsageFailure(`--overlap is a number of seconds, not ${overlap}`);
  }
  const client = await connect(flags);
  const body = overlap === undefined ? {} : { overlap_seconds: Number(overlap) };
  const path = `${pathOf(id)}/rotate`;
  show(await client.request<AccessTokenWire>("POST", path, { body }), flags);
  return 0;
}

export async function keysRevoke(id: string, flags: RevokeFlags): Promise<number> {
  const client = await connect(flags);
  if (!flags.yes) await confirmRevoking(id);
  const token = await client.request<AccessTokenWire>("DELETE", pathOf(id));
  console.log(flags.json ? JSON.stringify(token) : `${token.id} (${token.name}) is revoked.`);
  return 0;
}

async function allTokens(client: Farthing): Promise<AccessTokenWire[]> {
  const tokens: AccessTokenWire[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor: string | null } = { limit: 100, cursor };
    const page: PageWire<AccessTokenWire> = await client.request("GET", TOKENS, { query });
    tokens.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return tokens;
}

/** A new token's text goes to standard output alone, so that it can be piped where it is kept. */
function show(token: AccessTokenWire, { json }: KeyFlags): void {
  if (json) return console.log(JSON.stringify(token));
  console.log(token.token);
  const { quiet } = colorsFor(process.stderr);
  console.error(quiet(`${token.id} (${token.name}), ${scopesOf(token)}`));
  console.error(quiet("Keep it now: it is shown this once and never again."));
}

async function confirmRevoking(id: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageFailure(
      `Revoking ${id} cannot be undone. Say --yes to do it without a question`,
    );
  }
  const { confirm } = await import("@clack/prompts");
  const message = `Revoke ${id}? Whoever uses it is locked out at once.`;
  if ((await confirm({ message, initialValue: false })) !== true) {
    throw new CommandFailure("Nothing was revoked.");
  }
}

function pathOf(id: string): string {
  return `${TOKENS}/${encodeURIComponent(id)}`;
}

function scopesOf({ scopes }: AccessTokenWire): string {
  return scopes.join(" ");
}

function stateOf({ revoked_at, expires_at }: AccessTokenWire): string {
  if (revoked_at !== null) return `revoked ${revoked_at}`;
  return expires_at === null ? "active" : `active until ${expires_at}`;
}
