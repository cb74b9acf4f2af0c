import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { assert } from "#kernel/assert.ts";

const host = "127.0.0.1";

/** The port of the last start if it is still free, so that URLs people noted stay good, else another. */
export async function choosePort(portFile: string): Promise<number> {
  const lastPort = Number(await readFile(portFile, "utf8").catch(() => "0"));
  const isUsable = Number.isInteger(lastPort) && lastPort > 0 && lastPort < 65_536;
  const port = (isUsable ? await tryListen(lastPort) : null) ?? (await tryListen(0));
  assert(port !== null, "the system has a free port");
  if (port !== lastPort) await writeFile(portFile, `${port}\n`);
  return port;
}

/** The port if it could be listened on (0: any free one), else null. */
async function tryListen(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : null;
  } catch {
    return null;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, "close");
    }
  }
}
