import pg from "pg";

/** Runs work as the database's owner, on a connection of its own. */
export async function withOwner<Result>(
  ownerUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: "farthing restore",
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Who else is connected to this database, by the names they give themselves: `farthing (7)`. */
export async function listOtherSessions(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select coalesce(nullif(application_name, ''), 'unnamed')
            || case when count(*) > 1 then format(' (%s)', count(*)) else '' end as name
       from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend'
        and pid <> pg_backend_pid()
      group by application_name order by application_name`,
  );
  return rows.map(({ name }) => name);
}

/** Throws everything of ours away, the jobs' tables too: they are made again, and hold no data. */
export async function emptyDatabase(client: pg.ClientBase): Promise<void> {
  await client.query("drop schema if exists farthing, farthing_migration, graphile_worker cascade");
}
