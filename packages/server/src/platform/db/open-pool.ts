import pg from "pg";

/**
 * A pool of connections. One that breaks while it is idle is replaced, and one that the pool has let go may
 * still be told that its database goes: unheard, either would end the process.
 */
export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
