/**
 * The whole server in a process of its own, for tests that kill it. It reads its configuration from
 * the environment as always, loads its code at once, and starts when it is told to. It tells its
 * parent what it is doing. Without a parent it ends, and the database with it: a test that breaks off
 * leaves nothing running.
 */
import { once } from "node:events";
import { startServer } from "#main.ts";
import { killDatabase } from "./database-process.ts";
import type { ServerMessage } from "./server-process.ts";

const tell = (message: ServerMessage) => process.send?.(message);

let stop = () => killDatabase(process.env["FARTHING_DATA_DIR"] ?? "").catch(() => {});
process.once("disconnect", () => void stop().finally(() => process.exit()));
await once(process, "message");
const startedMs = performance.now();
const server = await startServer(undefined, {
  onPhase: (phase) => tell({ type: "phase", phase }),
});
stop = server.stop;
const startMs = performance.now() - startedMs;
tell({ type: "ready", url: server.url, token: server.token ?? "", startMs });
