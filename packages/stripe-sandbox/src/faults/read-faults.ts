import { type Fault, type FaultKind, requestFaults, webhookFaults } from "./fault.ts";

type Fields = { readonly [name: string]: unknown };
type Check = { readonly means: string; readonly holds: (value: unknown) => boolean };

const durationMsMax = 24 * 60 * 60_000;

const isCount = (value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const text: Check = { means: "text", holds: (value) => typeof value === "string" };
const flag: Check = { means: "true or false", holds: (value) => typeof value === "boolean" };
const count: Check = { means: "a whole number from 0", holds: (value) => isCount(value, 0) };
const duration: Check = {
  means: `whole milliseconds up to ${durationMsMax}`,
  holds: (value) => isCount(value, 0, durationMsMax),
};

const aim: Readonly<Record<string, Check>> = {
  on: text,
  skip: count,
  times: {
    means: "a whole number from 1, or null",
    holds: (value) => value === null || isCount(value, 1),
  },
  chance: {
    means: "a number from 0 to 1",
    holds: (value) => typeof value === "number" && value >= 0 && value <= 1,
  },
  seed: text,
};

/** What each kind takes beside its aim. */
const parts: Readonly<Record<FaultKind, Readonly<Record<string, Check>>>> = {
  timeout: { isDone: flag, holdMs: duration },
  disconnect: { isDone: flag },
  server_error: { isDone: flag },
  rate_limit: {},
  ignore_idempotency_key: {},
  webhooks_before_answer: {},
  duplicate_webhooks: {
    copies: { means: "a whole number from 2 to 100", holds: (value) => isCount(value, 2, 100) },
  },
  late_webhooks: { delayMs: duration, jitterMs: duration },
  reordered_webhooks: {},
  lost_webhooks: {},
};

/** What is wrong with an order of faults, in words for whoever wrote it. */
export class FaultOrderError extends Error {
  override readonly name = "FaultOrderError";
}

/** Reads one fault or a list of them. @throws FaultOrderError that names what is wrong. */
export function readFaults(value: unknown): readonly Fault[] {
  return (Array.isArray(value) ? value : [value]).map(readFault);
}

function readFault(value: unknown): Fault {
  if (typeof value !== "object" || value === null)
    throw new FaultOrderError("A fault is an object");
  const { fault, ...sent } = value as Fields;
  const kinds = [...requestFaults, ...webhookFaults];
  const kind = kinds.find((known) => known === fault);
  if (kind === undefined) throw new FaultOrderError(`\`fault\` is one of ${kinds.join(", ")}`);
  if (kind === "late_webhooks" && sent["delayMs"] === undefined) {
    throw new FaultOrderError("late_webhooks needs `delayMs`");
  }
  const checks = { ...aim, ...parts[kind] };
  for (const [name, part] of Object.entries(sent)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw new FaultOrderError(`${kind} has no \`${name}\``);
    if (!check.holds(part)) throw new FaultOrderError(`\`${name}\` is ${check.means}`);
  }
  return value as Fault;
}
