import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Fault } from "../faults/fault.ts";
import { FaultOrderError, readFaults } from "../faults/read-faults.ts";

/** What the command line asks for. */
export type CommandArguments = {
  readonly port: number;
  readonly host: string;
  readonly journalPath: string | null;
  readonly publicUrl: string | null;
  readonly webhookUrls: readonly string[];
  readonly webhookSecret: string | null;
  /** Null for the usual ones. */
  readonly webhookRetryDelaysMs: readonly number[] | null;
  readonly apiKeys: readonly string[];
  readonly faults: readonly Fault[];
};

/** Arguments that make no sense, in words for whoever typed them. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

const portDefault = "4243";
const portMax = 65_535;

export const help = `Usage: farthing-stripe-sandbox [options]

A small test server that speaks Stripe's wire. It moves no money.

  --port PORT             where it listens; 0 takes any free port (default ${portDefault})
  --host HOST             the address it listens on (default 127.0.0.1)
  --journal FILE          keeps the state in a file, through restarts and kills
  --api-key KEY           accepts this sk_test_… key only; may be repeated (default: any)
  --webhook-url URL       sends every event there; may be repeated
  --webhook-secret SECRET signs the webhooks (default: made at random, kept in the journal)
  --webhook-retries LIST  seconds before each new try of a webhook (default 1,5,30,120,600)
  --public-url URL        the base of the hosted pages' addresses (default: where it listens)
  --faults FILE           faults to play, a JSON list as the README has it
  --help                  shows this

GET, POST and DELETE /_sandbox/faults show, add and forget faults while it runs.
GET /_sandbox/charges shows every charge there ever was.
`;

const options = {
  port: { type: "string", default: portDefault },
  host: { type: "string", default: "127.0.0.1" },
  journal: { type: "string" },
  "api-key": { type: "string", multiple: true },
  "webhook-url": { type: "string", multiple: true },
  "webhook-secret": { type: "string" },
  "webhook-retries": { type: "string" },
  "public-url": { type: "string" },
  faults: { type: "string" },
  help: { type: "boolean" },
} as const;

/** The arguments read; null when help is wanted. @throws ArgumentError */
export function readArguments(words: readonly string[]): CommandArguments | null {
  const { values } = parsed(words);
  if (values.help === true) return null;
  const apiKeys = values["api-key"] ?? [];
  if (!apiKeys.every((key) => /^sk_test_./.test(key))) {
    throw new ArgumentError("--api-key must be a key of the test mode: sk_test_…");
  }
  const webhookUrls = (values["webhook-url"] ?? []).map((url) => webUrl("--webhook-url", url));
  const publicUrl = values["public-url"];
  return {
    port: portOf(values.port),
    host: values.host,
    journalPath: values.journal ?? null,
    publicUrl: publicUrl === undefined ? null : webUrl("--public-url", publicUrl),
    webhookUrls,
    webhookSecret: values["webhook-secret"] ?? null,
    webhookRetryDelaysMs: delaysOf(values["webhook-retries"]),
    apiKeys,
    faults: values.faults === undefined ? [] : faultsIn(values.faults),
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: false });
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= portMax) return port;
  throw new ArgumentError(`--port must be a number from 0 to ${portMax}`);
}

function delaysOf(list: string | undefined): readonly number[] | null {
  if (list === undefined) return null;
  if (!/^\d{1,6}(,\d{1,6})*$/.test(list)) {
    throw new ArgumentError("--webhook-retries must be whole seconds with commas between them");
  }
  return list.split(",").map((seconds) => Number(seconds) * 1_000);
}

function webUrl(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new ArgumentError(`${name} must be an http or https address`);
}

function faultsIn(path: string): readonly Fault[] {
  try {
    return readFaults(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof FaultOrderError || error instanceof SyntaxError) {
      throw new ArgumentError(`${path}: ${error.message}`);
    }
    throw new ArgumentError(`--faults: ${(error as Error).message}`);
  }
}
