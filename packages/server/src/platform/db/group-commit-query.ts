import type { Submittable } from "pg";

/** A statement that the server keeps prepared. One name always stands for one text. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** A row as the server writes it: text, in the order of the statement's columns. */
export type TextRow = readonly (string | null)[];

export interface GroupTransaction {
  /** `set local …`, which is parsed anew each time. */
  readonly setting: string;
  readonly statement: PreparedStatement;
  /** The names that the connection has prepared; those that this transaction prepares are added. */
  readonly prepared: Set<string>;
}

/** What the driver's connection offers to a query that writes its own messages. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { readonly text: string; readonly name?: string }): void;
  bind(message: { readonly statement: string; readonly values?: readonly string[] }): void;
  execute(message: object): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
}

/**
 * A whole transaction as one query of the driver: begin, a setting, one prepared statement, commit,
 * and a single Sync behind them all. The server answers once, so that a transaction costs one message
 * each way. When a part fails, the server passes over the rest and leaves the transaction open for
 * whoever gets the error to roll back.
 */
export function groupTransaction(
  { setting, statement, prepared }: GroupTransaction,
  done: (error: Error | null, rows: readonly TextRow[]) => void,
): Submittable {
  const rows: TextRow[] = [];
  const preparedHere: string[] = [];

  function run(wire: Wire, name: string, text: string, values: readonly string[] = []): void {
    if (!prepared.has(name)) {
      // An attempt that failed may have got as far as this; closing what does not exist is no error.
      wire.close({ type: "S", name });
      wire.parse({ name, text });
      prepared.add(name);
      preparedHere.push(name);
    }
    wire.bind({ statement: name, values });
    wire.execute({});
  }

  const query = {
    submit(wire: Wire) {
      wire.stream.cork();
      run(wire, "begin", "begin");
      wire.parse({ text: setting });
      wire.bind({ statement: "" });
      wire.execute({});
      run(wire, statement.name, statement.text, statement.values);
      run(wire, "commit", "commit");
      wire.sync();
      wire.stream.uncork();
    },
    handleDataRow({ fields }: { readonly fields: TextRow }) {
      rows.push(fields);
    },
    handleCommandComplete() {},
    handleReadyForQuery: () => done(null, rows),
    handleError(error: Error) {
      for (const name of preparedHere) prepared.delete(name);
      done(error, []);
    },
  };
  return query as unknown as Submittable;
}
