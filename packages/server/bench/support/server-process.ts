/** A process with the whole server, as `farthing start` runs it: says where it listens. */
import { startServer } from "#main.ts";

const server = await startServer();

process.on("message", (wish: "memory" | "stop") => {
  if (wish === "memory") process.send?.(process.memoryUsage.rss());
  else void server.stop().then(() => process.disconnect());
});
const { url, token } = server;
process.send?.({ url, token });
