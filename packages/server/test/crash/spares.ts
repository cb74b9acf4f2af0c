import { loadServer, type ServerProcess } from "#test/support/processes/server-process.ts";

/**
 * Processes that have loaded the server's code and wait to be told to start: what is tested is how a
 * server starts, not how fast its code is read.
 */
export interface Spares {
  take(): ServerProcess;
  end(): Promise<void>;
}

export function createSpares(count: number): Spares {
  const waiting = Array.from({ length: count }, loadServer);
  return {
    take() {
      waiting.push(loadServer());
      return waiting.shift() as ServerProcess;
    },
    async end() {
      await Promise.all(waiting.map((process) => process.kill()));
    },
  };
}
