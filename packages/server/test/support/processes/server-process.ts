import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "./bundle-program.ts";
import type { FaultOrder } from "./fault-orders.ts";

/** How a server is started. */
export interface ServerStart {
  /** What it reads its configuration from, besides the path of programs. */
  readonly environment: Readonly<Record<string, string>>;
  /** A file to count in how often each fault point is reached. */
  readonly hitsPath?: string;
  /** What it is to do when it reaches a place in the code, as early as in its start. */
  readonly order?: FaultOrder | null;
}

/** What a server that can be killed is told by its parent. */
export type ServerCommand =
  | ({ readonly type: "start" } & ServerStart)
  | { readonly type: "order"; readonly order: FaultOrder | null };

/** What a server that can be killed tells its parent. */
export type ServerMessage =
  | { readonly type: "phase"; readonly phase: string }
  | ({ readonly type: "ready" } & Ready);

export interface Ready {
  readonly url: string;
  /** Null in a worker. */
  readonly token: string | null;
  /** From the command to start, with all code loaded, until everything runs. */
  readonly startMs: number;
}

/** A process that has loaded the server's code and starts it on command. */
export interface ServerProcess {
  /** Starts the server. Null when it was killed meanwhile; throws when it gave up by itself. */
  start(start: ServerStart, onPhase?: (phase: string) => void): Promise<Ready | null>;
  /** Has it kill itself, or its database, where it reaches a place in the code; null forgets that. */
  order(order: FaultOrder | null): void;
  /** SIGKILL, with no word of warning. Answers once the process is gone. */
  kill(): Promise<void>;
  /** Lets it stop in good order, its embedded database included. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, however it went. */
  readonly gone: Promise<void>;
  isGone(): boolean;
  /** What it logged as an error, and what it printed as its last words. */
  complaints(): readonly string[];
}

const program = await bundleProgram(
  fileURLToPath(new URL("./killable-server.ts", import.meta.url)),
);
const packageFolder = join(import.meta.dirname, "../../..");

/** Begins to load the code of a server, which starts when it is told to, and as what it is told. */
export function loadServer(): ServerProcess {
  const child = spawn(process.execPath, ["--enable-source-maps", program], {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
  });
  const exited = once(child, "exit");
  const complaints = collectLines(child);
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const tell = (command: ServerCommand) => {
    // One that was killed meanwhile hears nothing any more.
    if (child.connected) child.send(command, () => {});
  };

  return {
    async start(start, onPhase = () => {}) {
      const ready = new Promise<Ready>((resolve) => {
        child.on("message", (message: ServerMessage) => {
          if (message.type === "phase") onPhase(message.phase);
          if (message.type === "ready") resolve(message);
        });
      });
      tell({ type: "start", ...start });
      const outcome = await Promise.race([ready, exited]);
      if (!Array.isArray(outcome)) return outcome;
      if (child.signalCode === "SIGKILL") return null;
      throw new Error(`The server did not start: ${complaints.join("\n")}`);
    },
    order: (order) => tell({ type: "order", order }),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      if (child.connected) child.disconnect();
      if (!isGone()) await exited;
    },
    gone: exited.then(() => {}),
    isGone,
    complaints: () => complaints,
  };
}

function collectLines({ stdout, stderr }: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.split("\n").filter((line) => line !== ""));
    });
  }
  return lines;
}
