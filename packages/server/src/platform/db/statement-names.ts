/** The name under which connections keep a statement's plan; undefined when they are not to keep it. */
export type NameOf = (sql: string) => string | undefined;

/** Statements are written by hand and few. Some are put together: those must not fill the server's memory. */
const NAMES_MAX = 1_000;

/** Gives each statement a name of its own, the same on every connection. */
export function createStatementNames(): NameOf {
  const names = new Map<string, string>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= NAMES_MAX) return known;
    const name = `statement_${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
