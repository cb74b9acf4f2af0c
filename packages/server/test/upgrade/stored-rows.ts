import pg from "pg";
import { columnTypes } from "#platform/db/column-types.ts";

/** A table and the columns of it that are looked at. */
export interface TableColumns {
  readonly name: string;
  readonly columns: readonly string[];
}

/** What the owner of a database finds in it, past row-level security. */
export async function rowsOf<Row extends object>(
  ownerUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    options: "-c search_path=farthing -c timezone=UTC",
    types: columnTypes,
  });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The tables of a database. */
export function tablesOf(ownerUrl: string): Promise<TableColumns[]> {
  return rowsOf<TableColumns>(
    ownerUrl,
    `select relname::text as name, array_agg(attname::text order by attnum) as columns
       from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
      where relnamespace = 'farthing'::regnamespace and relkind in ('r', 'p') and not relispartition
      group by relname`,
  );
}

/** Every row of the tables, in an order, as the database writes their columns. */
export async function contentOf(
  ownerUrl: string,
  tables: readonly TableColumns[],
): Promise<Record<string, string[]>> {
  const selects = tables.map(({ name, columns }) => {
    const row = `row(${columns.map((column) => `"${column}"`).join(", ")})`;
    return `select '${name}' as name, array(select ${row}::text from "${name}" order by 1) as rows`;
  });
  const found = await rowsOf<{ name: string; rows: string[] }>(
    ownerUrl,
    selects.join(" union all "),
  );
  return Object.fromEntries(found.map(({ name, rows }) => [name, rows]));
}

/** The rows that are gone and that came, of the tables in which any did. */
export function changesBetween(
  before: Readonly<Record<string, string[]>>,
  after: Readonly<Record<string, string[]>>,
): Map<string, { readonly gone: readonly string[]; readonly came: readonly string[] }> {
  const changes = Object.entries(before).map(([table, rows]) => {
    const now = after[table] ?? [];
    const [was, is] = [new Set(rows), new Set(now)];
    const gone = rows.filter((row) => !is.has(row));
    return [table, { gone, came: now.filter((row) => !was.has(row)) }] as const;
  });
  return new Map(changes.filter(([, { gone, came }]) => gone.length + came.length > 0));
}
