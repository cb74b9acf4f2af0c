import { type Restored, readConfig, restore as restoreBackup } from "@farthing/server";
import { EXIT_FAILED } from "../failure.ts";
import { breachCountOf, findingLines } from "../terminal/breaches.ts";
import { colorsFor } from "../terminal/colors.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { grouped, tableLines } from "../terminal/table.ts";
import { joined } from "./verify.ts";

export interface RestoreFlags {
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** `farthing restore FILE`: answers the exit code, 1 if what was restored does not hold. */
export async function restore(path: string, flags: RestoreFlags): Promise<number> {
  const { quiet } = colorsFor(process.stderr);
  let progress: Progress | null = null;
  const restored = await restoreBackup(readConfig(), {
    path,
    replace: flags.replace === true,
    onPhase(phase) {
      progress?.finish();
      console.error(quiet(`  ${phase}`));
      progress = startProgress({ label: phase, unit: "%", stream: process.stderr });
    },
    onShare: (share) => progress?.update({ count: Math.floor(share * 100), share }),
    onVerified: (customers) => progress?.update({ count: customers, share: null }),
  }).finally(() => progress?.finish());
  const breachCount = breachCountOf(joined(restored.verdicts));
  if (flags.json) console.log(JSON.stringify(toJson(restored, breachCount)));
  else console.log(reportLines(restored).join("\n"));
  return breachCount === 0 ? 0 : EXIT_FAILED;
}

function toJson(
  { backup, counts, migrated, files, secretKey, verdicts }: Restored,
  breachCount: number,
) {
  return {
    holds: breachCount === 0,
    made_at: backup.header.madeAt,
    schema: backup.header.migrations.at(-1) ?? null,
    migrated,
    rows: backup.rows,
    tables: counts,
    files: files.written,
    files_kept: files.kept,
    secret_key: secretKey,
    breach_count: breachCount,
    breaches: verdicts.flatMap(({ breaches }) => breaches),
  };
}

function reportLines(restored: Restored): string[] {
  const { backup, counts, migrated, files, secretKey, verdicts } = restored;
  const filled = Object.values(counts).filter((count) => count > 0).length;
  return [
    ...tableLines(
      [
        ["made", `${backup.header.madeAt} by ${backup.header.product}`],
        ["rows", `${grouped(backup.rows)} into ${filled} of ${Object.keys(counts).length} tables`],
        [
          "schema",
          migrated.length === 0 ? "was up to date" : `brought forward: ${migrated.join(", ")}`,
        ],
        [
          "files",
          [...files.written, ...files.kept.map((name) => `${name} (yours is kept)`)].join(", ") ||
            "none",
        ],
      ],
      ["left", "left"],
    ),
    "",
    ...findingLines(joined(verdicts), colorsFor(process.stdout)),
    ...(secretKey === "matches" ? [] : ["", SECRET_KEY[secretKey]]),
  ];
}

const SECRET_KEY = {
  differs:
    "This machine's secret key is not the one of the backup: its access tokens open nothing here. Bring FARTHING_SECRET_KEY or the file secret-key.",
  unknown:
    "There is no secret key here yet: bring FARTHING_SECRET_KEY or the file secret-key, or the access tokens in the backup open nothing.",
};
