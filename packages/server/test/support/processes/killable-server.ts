/**
 * A server in a process of its own, for tests that kill it. It loads its code at once, and starts when
 * it is told to, with the configuration that it is told. It tells its parent what it is doing, and
 * kills itself where its parent says. Without a parent it ends, and its embedded database with it: a
 * test that breaks off leaves nothing running.
 */
import { readConfig } from "#config.ts";
import { startServer } from "#main.ts";
import { killDatabase } from "./database-process.ts";
import { obeyFaultOrders } from "./fault-orders.ts";
import type { ServerCommand, ServerMessage, ServerStart } from "./server-process.ts";

const tell = (message: ServerMessage) => process.send?.(message);

let obey: ReturnType<typeof obeyFaultOrders> = () => {};
let stop = async () => {};
process.once("disconnect", () => void stop().finally(() => process.exit()));
process.on("message", (command: ServerCommand) => {
  if (command.type === "start") void start(command);
  else obey(command.order);
});

async function start({ environment, hitsPath, order = null }: ServerStart): Promise<void> {
  obey = obeyFaultOrders(hitsPath);
  obey(order);
  const path = process.env["PATH"];
  const config = readConfig({ PATH: path, FARTHING_LOG_LEVEL: "error", ...environment });
  if (config.databaseUrl === null) stop = () => killDatabase(config.dataDir ?? "").catch(() => {});
  const startedMs = performance.now();
  const server = await startServer(config, { onPhase: (phase) => tell({ type: "phase", phase }) });
  stop = server.stop;
  const startMs = performance.now() - startedMs;
  tell({ type: "ready", url: server.url, token: server.token, startMs });
}
