import { isAbsolute, resolve } from "node:path";

export const roles = ["all", "api", "worker"] as const;

/** What a process does: it answers requests, or does what time and events ask for, or both. */
export type Role = (typeof roles)[number];

/** Everything the environment decides, read once. Documented in `docs/reference/configuration.md`. */
export interface Config {
  readonly role: Role;
  readonly host: string;
  readonly port: number;
  /** Where payers and webhooks reach this server. */
  readonly publicUrl: string;
  /** Your own PostgreSQL; null starts the embedded one. */
  readonly databaseUrl: string | null;
  /** Null lets the embedded database choose a folder it can use. */
  readonly dataDir: string | null;
  /** The folders in which programs are looked for. */
  readonly searchPath: string;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  readonly databaseConnectionsMax: number;
  /** What access tokens are hashed with; null keeps a random one in the data directory. */
  readonly secretKey: string | null;
  readonly corsOrigins: readonly string[];
  /** How many requests a token may send in ten seconds, apart from usage; null for any number. */
  readonly requestsPerTokenMax: number | null;
  readonly webhookPrivateAddresses: "allow" | "refuse";
  /** The live side's Stripe account; null means that the live side cannot charge. */
  readonly stripe: StripeConfig | null;
  /** A card sandbox of its own; null runs one inside the server, where one process does everything. */
  readonly stripeSandbox: StripeConfig | null;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Another server that speaks Stripe's wire, for tests. */
  readonly apiBase: string | null;
}

export interface ConfigVariable {
  readonly name: string;
  readonly default: string;
  readonly means: string;
}

/** The reference page is generated from this table. */
export const configVariables: readonly ConfigVariable[] = [
  { name: "PORT", default: "4242", means: "Port of the API and the pages." },
  {
    name: "FARTHING_ROLE",
    default: "all",
    means:
      "`api` answers requests, `worker` closes periods, charges and sends webhooks, `all` does both.",
  },
  { name: "HOST", default: "127.0.0.1", means: "Address to listen on. `0.0.0.0` is every one." },
  {
    name: "FARTHING_PUBLIC_URL",
    default: "http://HOST:PORT",
    means: "Where payers and webhooks reach this server from outside.",
  },
  {
    name: "DATABASE_URL",
    default: "(embedded)",
    means: "Your own PostgreSQL 15 or later, by a user who may create a schema and roles.",
  },
  {
    name: "FARTHING_DATA_DIR",
    default: ".farthing",
    means: "Folder of the embedded database and of local keys. As root: below `/var/lib/farthing`.",
  },
  {
    name: "FARTHING_SECRET_KEY",
    default: "(random, kept in the data directory)",
    means: "At least 32 characters that access tokens are hashed with. The same on every server.",
  },
  {
    name: "FARTHING_LOG_LEVEL",
    default: "warn",
    means: "trace, debug, info (a line for each request), warn, error, silent.",
  },
  {
    name: "FARTHING_DATABASE_CONNECTIONS",
    default: "20",
    means: "How many connections a process opens at most.",
  },
  {
    name: "FARTHING_CORS_ORIGINS",
    default: "(none)",
    means: "Origins, separated by commas, whose pages may call the API.",
  },
  {
    name: "FARTHING_RATE_LIMIT",
    default: "10000",
    means:
      "Requests that an access token may send to one process in ten seconds; 0 for any number. Recording usage is not counted: it has a bound of its own.",
  },
  {
    name: "FARTHING_WEBHOOK_PRIVATE_ADDRESSES",
    default: "allow on loopback, else refuse",
    means: "`allow` lets webhooks reach addresses inside your network, for development.",
  },
  { name: "STRIPE_SECRET_KEY", default: "(none)", means: "Charges the live side's customers." },
  {
    name: "STRIPE_WEBHOOK_SECRET",
    default: "(none)",
    means: "Verifies what Stripe sends to `/rails/stripe/webhook/PROJECT-live`.",
  },
  {
    name: "STRIPE_API_BASE",
    default: "https://api.stripe.com",
    means: "Another server that speaks Stripe's wire, for tests.",
  },
  {
    name: "FARTHING_STRIPE_SANDBOX_URL",
    default: "(inside the server)",
    means: "A `farthing-stripe-sandbox` that several processes share for the sandbox side's cards.",
  },
  {
    name: "FARTHING_STRIPE_SANDBOX_SECRET",
    default: "(none)",
    means: "Verifies what it sends to `/rails/stripe/webhook/PROJECT-sandbox`.",
  },
];

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
/** The sandbox takes any key that looks like one of a test. */
export const SANDBOX_KEY = "sk_test_sandbox";

const LOOPBACK_HOSTS: readonly string[] = ["127.0.0.1", "localhost", "::1"];

/** A setting that cannot be used. Its message says which, and what would do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads the environment; throws `ConfigError` at the first setting that cannot be used. */
export function readConfig(environment: Environment = process.env): Config {
  const host = environment["HOST"] || "127.0.0.1";
  const port = wholeNumber(environment, "PORT", 4242, { min: 1, max: 65_535 });
  const dataDir = environment["FARTHING_DATA_DIR"] || null;
  return {
    role: oneOf(environment, "FARTHING_ROLE", roles, "all"),
    host,
    port,
    publicUrl: publicUrl(environment, host, port),
    databaseUrl: databaseUrl(environment),
    dataDir: dataDir === null || isAbsolute(dataDir) ? dataDir : resolve(dataDir),
    searchPath: environment["PATH"] ?? "",
    logLevel: oneOf(environment, "FARTHING_LOG_LEVEL", LOG_LEVELS, "warn"),
    databaseConnectionsMax: wholeNumber(environment, "FARTHING_DATABASE_CONNECTIONS", 20, {
      min: 4,
      max: 1000,
    }),
    secretKey: secretKey(environment),
    corsOrigins: list(environment["FARTHING_CORS_ORIGINS"]),
    requestsPerTokenMax:
      wholeNumber(environment, "FARTHING_RATE_LIMIT", 10_000, { min: 0, max: 10_000_000 }) || null,
    webhookPrivateAddresses: oneOf(
      environment,
      "FARTHING_WEBHOOK_PRIVATE_ADDRESSES",
      ["allow", "refuse"] as const,
      LOOPBACK_HOSTS.includes(host) ? "allow" : "refuse",
    ),
    stripe: stripe(environment),
    stripeSandbox: stripeSandbox(environment),
  };
}

function publicUrl(environment: Environment, host: string, port: number): string {
  const given = environment["FARTHING_PUBLIC_URL"];
  if (!given) return `http://${reachable(host)}:${port}`;
  if (!/^https?:$/.test(URL.parse(given)?.protocol ?? "")) {
    throw new ConfigError(`FARTHING_PUBLIC_URL is no web address: ${given}`);
  }
  return given.replace(/\/+$/, "");
}

/** The host's name in an address of this machine's own. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function databaseUrl(environment: Environment): string | null {
  const given = environment["DATABASE_URL"];
  if (!given) return null;
  if (!/^postgres(ql)?:$/.test(URL.parse(given)?.protocol ?? "")) {
    throw new ConfigError("DATABASE_URL has to start with postgres:// or postgresql://");
  }
  return given;
}

function secretKey(environment: Environment): string | null {
  const given = environment["FARTHING_SECRET_KEY"];
  if (!given) return null;
  if (given.length < 32) throw new ConfigError("FARTHING_SECRET_KEY has at least 32 characters");
  return given;
}

function stripe(environment: Environment): StripeConfig | null {
  const key = environment["STRIPE_SECRET_KEY"];
  if (!key) return null;
  const webhookSecret = environment["STRIPE_WEBHOOK_SECRET"];
  if (!webhookSecret)
    throw new ConfigError("STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET beside it");
  return { secretKey: key, webhookSecret, apiBase: environment["STRIPE_API_BASE"] || null };
}

function stripeSandbox(environment: Environment): StripeConfig | null {
  const apiBase = environment["FARTHING_STRIPE_SANDBOX_URL"];
  if (!apiBase) return null;
  const webhookSecret = environment["FARTHING_STRIPE_SANDBOX_SECRET"];
  if (!webhookSecret) {
    throw new ConfigError(
      "FARTHING_STRIPE_SANDBOX_URL needs FARTHING_STRIPE_SANDBOX_SECRET beside it",
    );
  }
  return { secretKey: SANDBOX_KEY, webhookSecret, apiBase };
}

function wholeNumber(
  environment: Environment,
  name: string,
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const text = environment[name];
  if (!text) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new ConfigError(`${name} is a whole number from ${min} to ${max}, not ${text}`);
}

function oneOf<Word extends string>(
  environment: Environment,
  name: string,
  words: readonly Word[],
  fallback: Word,
): Word {
  const text = environment[name] || fallback;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new ConfigError(`${name} is one of ${words.join(", ")}, not ${text}`);
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
