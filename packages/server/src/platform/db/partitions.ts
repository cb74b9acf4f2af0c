import pg from "pg";

/** One month of a table that is partitioned by range of a date. */
export interface MonthPartition {
  /** First day of the month, as `2026-11-01`. */
  readonly from: string;
  /** First day of the month after it. */
  readonly to: string;
}

/**
 * Makes the partitions of a table that do not exist yet, named `<table>_2026_11`. `ownerUrl` is the
 * schema's owner. Safe to call from several processes at once, and while the table is written to: a
 * table made aside and then attached keeps no writer waiting, as making it in place would.
 */
export async function ensureMonthPartitions(
  ownerUrl: string,
  table: string,
  months: readonly MonthPartition[],
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `farthing partitions of ${table}`,
    ]);
    for (const month of months) await ensurePartition(client, table, month);
    await client.query("commit");
  } finally {
    await client.end();
  }
}

async function ensurePartition(
  client: pg.Client,
  table: string,
  { from, to }: MonthPartition,
): Promise<void> {
  const name = `${table}_${from.slice(0, 7).replace("-", "_")}`;
  const { rows } = await client.query<{ is_there: boolean }>(
    "select to_regclass($1) is not null as is_there",
    [`farthing.${name}`],
  );
  if (rows[0]?.is_there === true) return;
  await client.query(`create table farthing.${name} (like farthing.${table} including all)`);
  await client.query(
    `alter table farthing.${table} attach partition farthing.${name}
       for values from ('${from}') to ('${to}')`,
  );
}
