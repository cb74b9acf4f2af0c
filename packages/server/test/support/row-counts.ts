import { withAdmin } from "#test/support/postgres/template.ts";

/** How many rows each table of the schema has, whoever's they are. */
export async function rowCounts(ownerUrl: string): Promise<Record<string, number>> {
  return withAdmin(ownerUrl, async (owner) => {
    const tables = await owner.query<{ name: string }>(
      `select relname as name from pg_class
        where relnamespace = 'farthing'::regnamespace and relkind in ('r', 'p') and not relispartition
        order by relname`,
    );
    const counts = tables.rows.map(
      ({ name }) => `select '${name}' as name, count(*)::int as count from farthing.${name}`,
    );
    const { rows } = await owner.query<{ name: string; count: number }>(counts.join(" union all "));
    return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
  });
}
