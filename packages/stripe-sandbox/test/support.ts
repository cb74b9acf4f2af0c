import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Stripe from "stripe";
import { afterEach, beforeEach } from "vitest";
import {
  createStripeSandbox,
  type Delivery,
  listen,
  type StripeSandbox,
  type StripeSandboxOptions,
} from "../src/index.ts";

export const key = "sk_test_sandbox";

/** The SDK without a port: each of its requests is a call of the sandbox. */
export function sdkInProcess(sandbox: StripeSandbox, secretKey = key): Stripe {
  const httpClient = Stripe.createFetchHttpClient(sandbox.fetch);
  return new Stripe(secretKey, { httpClient, maxNetworkRetries: 0 });
}

export function sdkOverTcp(port: number, secretKey = key): Stripe {
  return new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
}

type Opened = {
  readonly sandbox: StripeSandbox;
  readonly stripe: Stripe;
  readonly close: () => Promise<void>;
};
type Transport = {
  readonly name: string;
  readonly open: (options?: StripeSandboxOptions) => Promise<Opened>;
};

const inProcess: Transport = {
  name: "in process",
  open: async (options) => {
    const sandbox = createStripeSandbox(options);
    return { sandbox, stripe: sdkInProcess(sandbox), close: sandbox.close };
  },
};

const overTcp: Transport = {
  name: "over TCP",
  open: async (options) => {
    const sandbox = createStripeSandbox(options);
    const server = await listen(sandbox, { port: 0 });
    const close = async () => {
      await server.close();
      await sandbox.close();
    };
    return { sandbox, stripe: sdkOverTcp(server.port), close };
  },
};

/** Every endpoint is tested both ways. */
export const transports = [inProcess, overTcp];

/** A new sandbox for each test of the surrounding `describe`. */
export function useSandbox(
  transport: Transport = inProcess,
  options?: StripeSandboxOptions,
): { readonly stripe: Stripe; readonly sandbox: StripeSandbox } {
  let opened: Opened | undefined;
  beforeEach(async () => {
    opened = await transport.open(options);
  });
  afterEach(async () => {
    await opened?.close();
  });
  const current = (): Opened => {
    if (opened === undefined) throw new Error("only inside a test");
    return opened;
  };
  return {
    get stripe() {
      return current().stripe;
    },
    get sandbox() {
      return current().sandbox;
    },
  };
}

/** The command in a process of its own, on a free port, once it says where it listens. */
export async function startCommand(words: readonly string[]) {
  const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const args = ["--conditions=source", "--import", "tsx", program, "--port", "0", ...words];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.startsWith("  STRIPE_SECRET_KEY=")) break;
  }
  const url = /http:\S+/.exec(lines[0] ?? "")?.[0] ?? "";
  const stop = async (signal: "SIGKILL" | "SIGTERM") => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode;
  };
  return { child, lines, url, stripe: sdkOverTcp(Number(new URL(url).port)), stop };
}

/** The error a refused call rejects with. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw new Error(outcome === null ? "the call was not refused" : String(outcome));
}

/** A webhook endpoint that remembers what it was sent and answers as told. */
export function createReceiver(answer: (delivery: Delivery) => number = () => 200) {
  const received: Delivery[] = [];
  return {
    received,
    deliver: async (delivery: Delivery) => {
      received.push(delivery);
      return { status: answer(delivery) };
    },
    types: () => received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type),
  };
}

const validCard = {
  number: "4242 4242 4242 4242",
  expiry: "12 / 40",
  cvc: "123",
  name: "Ada Example",
};

/** What a browser without scripts does when the page's form is sent. */
export function submitPage(
  sandbox: StripeSandbox,
  url: string | null,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = new URLSearchParams({ ...validCard, ...fields });
  return sandbox.fetch(url ?? "", { method: "POST", body });
}
