/**
 * The whole server in a process of its own, for tests that kill it. It is configured by its
 * environment, as everywhere, and tells its parent what it is doing and where it is. It stops when
 * the parent goes away, so that a broken-off test leaves nothing behind.
 */
import { startServer } from "#main.ts";
import type { ServerMessage } from "./server-process.ts";

const tell = (message: ServerMessage) => process.send?.(message);

const server = await startServer(undefined, {
  onPhase: (phase) => tell({ type: "phase", phase }),
  onLost: ({ message }) => tell({ type: "lost", reason: message }),
});
process.once("disconnect", () => void server.stop().finally(() => process.exit()));
tell({ type: "ready", url: server.url, token: server.token });
