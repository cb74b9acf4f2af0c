import { FarthingConnectionError, FarthingError } from "@farthing/sdk";

/** A command that cannot do what it was asked, said to the person who asked. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  /** What to do about it. */
  readonly advice: string | null;

  constructor(message: string, advice: string | null = null) {
    super(message);
    this.advice = advice;
  }
}

/** An argument that cannot be used: exit code 2 instead of 1. */
export class UsageFailure extends CommandFailure {}

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Of commands whose 1 says that what they looked at does not hold. */
export const EXIT_COULD_NOT_RUN = 2;
export const EXIT_INTERRUPTED = 130;

/** One or two lines on why a command failed, for a person. Never a stack. */
export function explainFailure(error: unknown): readonly string[] {
  if (error instanceof CommandFailure) return withAdvice(error.message, error.advice);
  if (error instanceof FarthingError) return explainRefusal(error);
  if (error instanceof FarthingConnectionError) return explainSilence(error);
  if (systemCode(error) === "EADDRINUSE") {
    const { address = "", port = 0 } = error as { address?: string; port?: number };
    return withAdvice(
      `Port ${port} of ${address} is taken: another program listens there, or this one already runs.`,
      "Stop it, or choose another port: PORT=4300 farthing start",
    );
  }
  if (systemCode(error) === "ECONNREFUSED") {
    return withAdvice(messageOf(error), "Nothing answers there. Is DATABASE_URL right?");
  }
  if (systemCode(error)?.startsWith("Z_")) {
    return withAdvice(`${messageOf(error)}: the .gz file is damaged or cut off.`, UNZIP_ADVICE);
  }
  return [messageOf(error)];
}

const UNZIP_ADVICE =
  "gzip -t FILE checks it. Import a mended file again: what is recorded counts once.";

function explainRefusal(error: FarthingError): string[] {
  const [detail] = error.details;
  const where = detail === undefined ? "" : ` (${describeDetail(detail)})`;
  const request = error.requestId === null ? "" : ` Request ${error.requestId}.`;
  return withAdvice(
    `${error.code}: ${error.message}${where}`,
    adviceFor(error) ?? (error.status >= 500 ? `The server's log says more.${request}` : null),
  );
}

function adviceFor({ status, code }: FarthingError): string | null {
  if (status === 401) return "Check FARTHING_TOKEN or --token: the server does not take this one.";
  if (code === "scope_missing") return "Use a token with that scope: farthing keys create --help";
  if (code === "test_clock_absent") {
    return "Only a customer that was created with test_clock, in sandbox, can travel in time.";
  }
  if (code === "reconciliation_range_invalid") {
    return "From --from to --to are 31 days at most, and none to come; without them it is what came since the last.";
  }
  if (code === "answer_unreadable") return "Check --url: this is no Farthing server.";
  return null;
}

function explainSilence(error: FarthingConnectionError): string[] {
  return withAdvice(
    error.message,
    error.code === "timed_out"
      ? "The server is there but busy. Asking again is safe."
      : "Is the server running? Start one with `farthing start`, or say where it is with --url.",
  );
}

function describeDetail(detail: unknown): string {
  const { path, message } = detail as { path?: unknown; message?: unknown };
  return [path, message].filter((part) => typeof part === "string" && part !== "").join(" ");
}

function withAdvice(message: string, advice: string | null): string[] {
  return advice === null ? [message] : [message, advice];
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}

/** The operating system's word for a failure, such as `ENOENT`. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}
