import { killDatabase } from "./database-process.ts";
import { loadServer, type Ready, type ServerProcess } from "./server-process.ts";

/** One server after another on the same data and the same port. */
export interface Lives {
  /** Starts the next one. Rejects when it does not come up. */
  begin(): Promise<Ready>;
  /** Starts the next one and kills it when it says the so-manyeth thing, or when it is up. */
  beginAndKill(phaseCount: number): Promise<void>;
  /** SIGKILL, for the database too if so asked. */
  kill(also: { readonly database: boolean }): Promise<void>;
  /** Errors that were logged although only the server was killed, and not what it stands on. */
  complaints(): readonly string[];
  /** Stops what runs, in good order. */
  end(): Promise<void>;
}

/**
 * While one lives the next one loads its code already: what is tested is how a server starts, not how
 * fast its code is read.
 */
export function createLives(where: { readonly dataDir: string; readonly port: number }): Lives {
  let spare = loadServer(where);
  let current: ServerProcess | null = null;
  const complaints: string[] = [];

  function next(): ServerProcess {
    const server = spare;
    current = server;
    return server;
  }

  return {
    async begin() {
      const server = next();
      const ready = await server.start();
      if (ready === null) throw new Error("The server was killed by somebody else.");
      spare = loadServer(where);
      return ready;
    },
    async beginAndKill(phaseCount) {
      const server = next();
      let phases = 0;
      await server.start(() => {
        phases += 1;
        if (phases === phaseCount) void server.kill();
      });
      await server.kill();
      complaints.push(...server.complaints());
      spare = loadServer(where);
    },
    async kill({ database }) {
      if (current === null) return;
      await Promise.all([current.kill(), database ? killDatabase(where.dataDir) : null]);
      if (!database) complaints.push(...current.complaints());
    },
    complaints: () => complaints,
    async end() {
      await spare.kill();
      await current?.stop();
    },
  };
}
