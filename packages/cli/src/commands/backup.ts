import { backUp, readConfig } from "@farthing/server";
import { colorsFor } from "../terminal/colors.ts";
import { startProgress } from "../terminal/progress.ts";
import { grouped, tableLines } from "../terminal/table.ts";

export interface BackupFlags {
  readonly withSecrets?: boolean;
  readonly json?: boolean;
}

/** `farthing backup FILE`: answers the exit code. */
export async function backup(path: string, flags: BackupFlags): Promise<number> {
  const withSecrets = flags.withSecrets === true;
  const quiet = colorsFor(process.stderr).quiet;
  const progress = startProgress({ label: "backup", unit: "rows", stream: process.stderr });
  const startedMs = performance.now();
  const written = await backUp(readConfig(), {
    path,
    withSecrets,
    onPhase: (phase) => console.error(quiet(`  ${phase}`)),
    onProgress: ({ rows }) => progress.update({ count: rows, share: null }),
  }).finally(() => progress.finish());
  const seconds = (performance.now() - startedMs) / 1000;
  const { header, rows, bytes, sha256, files } = written;
  if (flags.json) {
    const { madeAt, serverVersion, migrations, tables } = header;
    console.log(
      JSON.stringify({
        file: path,
        made_at: madeAt,
        postgresql: serverVersion,
        schema: migrations.at(-1) ?? null,
        tables: tables.length,
        rows,
        bytes,
        sha256,
        files,
        seconds: Number(seconds.toFixed(3)),
      }),
    );
    return 0;
  }
  const lines = [
    ["file", `${path}, ${grouped(bytes)} bytes, for its owner only`],
    ["rows", `${grouped(rows)} of ${header.tables.length} tables, in ${seconds.toFixed(1)} s`],
    ["files", files.join(", ") || "none"],
    ["schema", header.migrations.at(-1) ?? ""],
    ["sha256", sha256],
  ];
  console.log(tableLines(lines, ["left", "left"]).join("\n"));
  if (!withSecrets) console.log(`\n${WITHOUT_SECRETS}`);
  return 0;
}

const WITHOUT_SECRETS = [
  "The secret key that access tokens are hashed with is not in it. Keep FARTHING_SECRET_KEY, or the file",
  "secret-key of the data directory, in another place, or make the backup --with-secrets: without it the",
  "tokens in the backup open nothing.",
].join("\n");
