import { type RetryOptions, type RetryPolicy, type RetryTools, sleepFor } from "./retry.ts";

export type Mode = "live" | "sandbox";

/** The part of the platform's `fetch` that is used; anything that fits may stand in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface FarthingOptions {
  /** `<brand>_live_<id>.<secret>`, or `<brand>_test_…` for the sandbox. Keep it on your server. */
  readonly accessToken: string | undefined;
  readonly mode: Mode;
  /** Where the server is. Required in live; the sandbox's default is a server on this machine. */
  readonly baseUrl?: string | undefined;
  /** How long one try may take, answer included. Default 30,000. */
  readonly timeoutMs?: number;
  readonly retry?: RetryOptions;
  readonly fetch?: Fetch;
  /** Milliseconds since 1970, for the times that usage is stamped with. */
  readonly now?: () => number;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  readonly sleep?: RetryTools["sleep"];
}

export interface Config {
  readonly accessToken: string;
  readonly mode: Mode;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly fetch: Fetch;
  readonly now: () => number;
  readonly retry: RetryTools;
}

const SANDBOX_URL = "http://127.0.0.1:4242";

const RETRY_DEFAULTS: RetryPolicy = {
  attemptCountMax: 4,
  baseDelayMs: 250,
  delayMsMax: 8_000,
  retryAfterMsMax: 60_000,
};

/** Checks the options and fills in the defaults. Throws a TypeError that says what to change. */
export function readConfig(options: FarthingOptions): Config {
  const { mode } = options;
  if (mode !== "live" && mode !== "sandbox") {
    throw new TypeError(`mode is "live" or "sandbox", not ${JSON.stringify(mode)}.`);
  }
  return {
    accessToken: checkedToken(options.accessToken, mode),
    mode,
    baseUrl: checkedBaseUrl(options.baseUrl, mode),
    timeoutMs: checkedTimeoutMs(options.timeoutMs ?? 30_000),
    // Called through the global, for a browser's fetch refuses any other receiver.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: options.now ?? Date.now,
    retry: {
      policy: checkedPolicy({ ...RETRY_DEFAULTS, ...options.retry }),
      random: options.random ?? Math.random,
      sleep: options.sleep ?? sleepFor,
    },
  };
}

/** Timers count in 31 bits and take anything longer for "at once". */
export function checkedTimeoutMs(timeoutMs: number): number {
  if (timeoutMs >= 1 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new TypeError(`timeoutMs is between 1 and 2147483647, not ${timeoutMs}.`);
}

function checkedPolicy(policy: RetryPolicy): RetryPolicy {
  const { attemptCountMax, ...delays } = policy;
  if (!Number.isInteger(attemptCountMax) || attemptCountMax < 1) {
    throw new TypeError(`retry.attemptCountMax is a whole number from 1, not ${attemptCountMax}.`);
  }
  for (const [name, delayMs] of Object.entries(delays)) {
    if (!(delayMs >= 0 && delayMs < 2 ** 31)) {
      throw new TypeError(`retry.${name} is between 0 and 2147483647, not ${delayMs}.`);
    }
  }
  return policy;
}

/** A token of a shape not known here is left for the server to judge. */
function checkedToken(token: string | undefined, mode: Mode): string {
  if (typeof token !== "string" || token === "") {
    throw new TypeError("accessToken is missing. Is the environment variable set?");
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError("accessToken contains a space, a line break or another stray character.");
  }
  const side = /^[^.]+_(live|test)_[0-9A-Za-z]{26}\./.exec(token)?.[1];
  const tokenMode = side === "test" ? "sandbox" : side;
  if (tokenMode !== undefined && tokenMode !== mode) {
    throw new TypeError(`accessToken belongs to the ${tokenMode} side, but mode is "${mode}".`);
  }
  return token;
}

function checkedBaseUrl(baseUrl: string | undefined, mode: Mode): string {
  if (baseUrl === undefined || baseUrl === "") {
    if (mode === "sandbox") return SANDBOX_URL;
    throw new TypeError("baseUrl is required in live: the address of your Farthing server.");
  }
  if (!isPlainHttpUrl(baseUrl)) {
    throw new TypeError(`baseUrl is not a plain http(s) address: ${JSON.stringify(baseUrl)}.`);
  }
  return baseUrl.replace(/\/+$/, "");
}

/** Paths are appended to it, and fetch takes no user name in an address. */
function isPlainHttpUrl(text: string): boolean {
  return /^https?:\/\/[^?#@\s]+$/.test(text) && URL.canParse(text);
}
