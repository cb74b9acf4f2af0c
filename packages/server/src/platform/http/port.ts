import { once } from "node:events";
import { createServer } from "node:net";

/** Throws the system's own `EADDRINUSE` (or what else forbids listening there), and listens to nothing. */
export async function refuseTakenPort(place: {
  readonly host: string;
  readonly port: number;
}): Promise<void> {
  const probe = createServer().listen({ host: place.host, port: place.port });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}
