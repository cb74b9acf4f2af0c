/**
 * A backup is one gzip stream of frames: a letter, four bytes of length, the content. A header comes
 * first, then the tables, each as its shape, its rows in PostgreSQL's text form and its count, then
 * files, and at last a trailer with the SHA-256 over every byte before it. What has no trailer was cut
 * short. Text and not binary rows: another version of PostgreSQL reads them.
 */
export const FORMAT = 1;

export const frameTypes = {
  header: "H",
  /** A table's shape; its rows follow. */
  table: "T",
  /** A file's name; its content follows. */
  file: "F",
  data: "D",
  /** The end of a table or a file, with how much it was. */
  end: "E",
  trailer: "Z",
} as const;

export type FrameType = keyof typeof frameTypes;

export interface Frame {
  readonly type: FrameType;
  readonly content: Buffer;
}

export interface BackupHeader {
  readonly format: number;
  /** The version of this product that made it. */
  readonly product: string;
  /** PostgreSQL's. */
  readonly serverVersion: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** What had been applied, oldest first. */
  readonly migrations: readonly string[];
  readonly tables: readonly TableShape[];
  /** What the maker wants to find again. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Empty for a table that is not partitioned. */
  readonly partitions: readonly PartitionShape[];
}

export interface PartitionShape {
  readonly name: string;
  /** As PostgreSQL writes it: `FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`. */
  readonly bounds: string;
}

/** Of a table its rows, of a file its bytes. */
export interface PartEnd {
  readonly count: number;
}

export interface BackupTrailer {
  readonly sha256: string;
  readonly rows: number;
}

const LENGTH_BYTES = 4;
export const FRAME_HEAD_BYTES = 1 + LENGTH_BYTES;
/** More than any row that PostgreSQL sends. */
export const FRAME_MAX = 0x4000_0000;

export function frameBytes(type: FrameType, content: Buffer | object): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.write(frameTypes[type], 0, "latin1");
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** The type that a letter stands for; undefined for any other. */
export function frameTypeOf(letter: string): FrameType | undefined {
  const types = Object.keys(frameTypes) as FrameType[];
  return types.find((type) => frameTypes[type] === letter);
}
