import { resolve } from "node:path";
import Farthing, { type FarthingOptions } from "@farthing/sdk";
import { type CliConfig, readCliConfig } from "./config.ts";
import { CommandFailure } from "./failure.ts";

/** The flags that say which server is meant. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

/** Where a server is, and what opens it. */
export interface Address {
  readonly url: string;
  readonly token: string;
}

/**
 * The server that the flags, else the environment, else this machine name. Throws when there is no
 * token to be found.
 */
export async function addressOf(
  flags: ConnectionFlags,
  config: CliConfig = readCliConfig(),
): Promise<Address> {
  const url = flags.url ?? config.url;
  const token = flags.token ?? config.token ?? (isLocal(url) ? await localToken(config) : null);
  if (token !== null) return { url, token };
  throw new CommandFailure(
    `There is no access token for ${url}.`,
    "Set FARTHING_TOKEN or give --token. `farthing start` prints one for its sandbox.",
  );
}

export async function connect(flags: ConnectionFlags): Promise<Farthing> {
  return clientFor(await addressOf(flags));
}

type ClientOptions = Pick<FarthingOptions, "retry" | "timeoutMs" | "fetch">;

/** A client for an address; what kind of side it opens is written in the token. */
export function clientFor({ url, token }: Address, options: ClientOptions = {}): Farthing {
  const mode = /^[^.]+_live_[0-9A-Za-z]{26}\./.test(token) ? "live" : "sandbox";
  try {
    return new Farthing({ accessToken: token, mode, baseUrl: url, ...options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandFailure(error.message.replace(/^\w+/, flagOf));
  }
}

/** The key that a server on this machine left in its data directory must not go anywhere else. */
function isLocal(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return ["127.0.0.1", "localhost", "[::1]"].includes(host);
}

async function localToken({ dataDir }: CliConfig): Promise<string | null> {
  // Loaded only here: the whole server comes with it.
  const { findLocalToken } = await import("@farthing/server");
  return findLocalToken({ dataDir: dataDir === null ? null : resolve(dataDir) });
}

/** The client speaks of its own options; whoever typed the command knows the flags. */
function flagOf(option: string): string {
  if (option === "accessToken") return "--token";
  return option === "baseUrl" ? "--url" : option;
}
