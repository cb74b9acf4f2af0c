import pg from "pg";
import type { EpochMs } from "#kernel/clock.ts";

const { builtins } = pg.types;
const parseTimestamp = pg.types.getTypeParser(builtins.TIMESTAMPTZ) as (text: string) => Date;

// numeric stays text: the stores turn it into nanos or minor units, which are exact.
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<
  number,
  (text: string) => unknown
>([
  [builtins.INT8, BigInt],
  [builtins.TIMESTAMPTZ, (text: string): EpochMs => parseTimestamp(text).getTime()],
]);

/** How PostgreSQL's values arrive: bigint as `bigint`, timestamptz as milliseconds, numeric as text. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
