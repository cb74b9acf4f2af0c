/** Where the commands find a server, as the environment says it. Flags come before it. */
export interface CliConfig {
  readonly url: string;
  /** Null when the environment names none. */
  readonly token: string | null;
  /** The data directory of a server on this machine; null is the server's own choice. */
  readonly dataDir: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readCliConfig(environment: Environment = process.env): CliConfig {
  return {
    url: environment["FARTHING_URL"] || "http://127.0.0.1:4242",
    token: environment["FARTHING_TOKEN"] || null,
    dataDir: environment["FARTHING_DATA_DIR"] || null,
  };
}

/**
 * What a throw-away server is started with: this environment, for `DATABASE_URL` and the programs'
 * path, but an address and a data directory of its own and nobody's Stripe account.
 */
export function throwAwayEnvironment(
  { port, dataDir }: { readonly port: number; readonly dataDir: string },
  environment: Environment = process.env,
): Environment {
  return {
    PATH: environment["PATH"],
    DATABASE_URL: environment["DATABASE_URL"],
    HOST: "127.0.0.1",
    PORT: String(port),
    FARTHING_DATA_DIR: dataDir,
    FARTHING_LOG_LEVEL: "silent",
    FARTHING_WEBHOOK_PRIVATE_ADDRESSES: "allow",
  };
}

/** Whether to write in colour on this stream; `NO_COLOR` is the custom of no-color.org. */
export function isColorful(
  stream: { readonly isTTY?: boolean },
  environment: Environment = process.env,
): boolean {
  return stream.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}
