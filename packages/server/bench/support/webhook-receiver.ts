/**
 * A process that takes webhooks, so that the sender has its event loop to itself. Its paths are the
 * endpoints: `/dead` is accepted and never answered, all else is answered with 204.
 *
 * Says where it listens. A number makes it wait for so many messages: it answers with the instant at
 * which each of them came, those of `/dead` left out.
 */
import { createServer } from "node:http";

let arrivedAtMs: number[] = [];
let wanted = Number.POSITIVE_INFINITY;

function tellWhenAllCame(): void {
  if (arrivedAtMs.length < wanted) return;
  process.send?.(arrivedAtMs);
  arrivedAtMs = [];
  wanted = Number.POSITIVE_INFINITY;
}

const server = createServer((request, response) => {
  request.resume();
  if (request.url === "/dead") return;
  request.on("end", () => {
    arrivedAtMs.push(Date.now());
    response.writeHead(204).end();
    tellWhenAllCame();
  });
}).listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(address !== null && typeof address === "object" ? address.port : 0);
});

process.on("message", (count: number) => {
  wanted = count;
  tellWhenAllCame();
});
process.once("disconnect", () => {
  server.closeAllConnections();
  server.close();
});
