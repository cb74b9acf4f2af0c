import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a server that can be killed tells its parent. */
export type ServerMessage =
  | { readonly type: "phase"; readonly phase: string }
  | ({ readonly type: "ready" } & Ready);

export interface Ready {
  readonly url: string;
  readonly token: string;
  /** From the command to start, with all code loaded, until everything runs. */
  readonly startMs: number;
}

/** A process that has loaded the server's code and starts it on command. */
export interface ServerProcess {
  /** Starts the server. Null when it was killed meanwhile; throws when it gave up by itself. */
  start(onPhase?: (phase: string) => void): Promise<Ready | null>;
  /** SIGKILL, with no word of warning. Answers once the process is gone. */
  kill(): Promise<void>;
  /** Lets it stop in good order, database included. */
  stop(): Promise<void>;
  /** What it logged as an error, and what it printed as its last words. */
  complaints(): readonly string[];
}

const program = fileURLToPath(new URL("./killable-server.ts", import.meta.url));
const packageFolder = join(import.meta.dirname, "../..");

/** Begins to load a server for the data in `dataDir`, to listen on `port`. */
export function loadServer({ dataDir, port }: { dataDir: string; port: number }): ServerProcess {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", program], {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      PORT: String(port),
      FARTHING_DATA_DIR: dataDir,
      FARTHING_LOG_LEVEL: "error",
    },
  });
  const exited = once(child, "exit");
  const complaints = collectLines(child);
  let isKilled = false;

  return {
    async start(onPhase = () => {}) {
      const ready = new Promise<Ready>((resolve) => {
        child.on("message", (message: ServerMessage) => {
          if (message.type === "phase") onPhase(message.phase);
          if (message.type === "ready") resolve(message);
        });
      });
      child.send("start", () => {});
      const outcome = await Promise.race([ready, exited]);
      if (!Array.isArray(outcome)) return outcome;
      if (isKilled) return null;
      throw new Error(`The server did not start: ${complaints.join("\n")}`);
    },
    async kill() {
      isKilled = true;
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
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
