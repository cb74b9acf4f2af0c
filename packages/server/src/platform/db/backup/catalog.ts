import type pg from "pg";
import { BackupFault } from "./backup-fault.ts";
import type { TableShape } from "./format.ts";

interface TableRow {
  name: string;
  columns: string[];
  partitions: TableShape["partitions"];
}

/**
 * Every table of the schema as the database itself lists them, so that none can be forgotten, each
 * after those that its foreign keys point at. A partitioned table stands for its partitions.
 */
export async function listTables(client: pg.ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query<TableRow>(
    `select tables.relname as name,
            (select array_agg(attname::text order by attnum) from pg_attribute
              where attrelid = tables.oid and attnum > 0 and not attisdropped and attgenerated = '')
              as columns,
            (select coalesce(json_agg(json_build_object(
                               'name', part.relname,
                               'bounds', pg_get_expr(part.relpartbound, part.oid)) order by part.relname),
                             '[]')
               from pg_inherits join pg_class as part on part.oid = inhrelid
              where inhparent = tables.oid) as partitions
       from pg_class as tables
      where relnamespace = 'farthing'::regnamespace and relkind in ('r', 'p') and not relispartition
      order by relname`,
  );
  return inDependencyOrder(rows, await listReferences(client));
}

interface Reference {
  readonly from: string;
  readonly to: string;
}

async function listReferences(client: pg.ClientBase): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `select child.relname as from, parent.relname as to
       from pg_constraint
       join pg_class as child on child.oid = conrelid
       join pg_class as parent on parent.oid = confrelid
      where contype = 'f' and conparentid = 0 and connamespace = 'farthing'::regnamespace
        and conrelid <> confrelid`,
  );
  return rows;
}

/** Parents first; in the order given where nothing else decides. */
export function inDependencyOrder<Table extends { readonly name: string }>(
  tables: readonly Table[],
  references: readonly Reference[],
): Table[] {
  const ordered: Table[] = [];
  const placed = new Set<string>();
  let waiting = [...tables];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ name }) =>
      references.every(({ from, to }) => from !== name || placed.has(to)),
    );
    if (ready.length === 0) {
      const names = waiting.map(({ name }) => name).join(", ");
      throw new BackupFault(`These tables refer to each other in a circle: ${names}`);
    }
    for (const table of ready) placed.add(table.name);
    ordered.push(...ready);
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}

/** Whether the schema is there at all. */
async function hasSchema(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query("select from pg_namespace where nspname = 'farthing'");
  return rows.length > 0;
}

/** The names of the tables that hold anything. */
export async function listFilledTables(client: pg.ClientBase): Promise<string[]> {
  if (!(await hasSchema(client))) return [];
  const filled: string[] = [];
  for (const { name } of await listTables(client)) {
    const { rows } = await client.query(`select from farthing.${quoted(name)} limit 1`);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnList({ columns }: TableShape): string {
  return columns.map(quoted).join(", ");
}
