import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { checkBackup, loadBackup } from "#platform/db/backup/index.ts";
import { migrate } from "#platform/db/migrate.ts";
import type { DatabaseVerdict } from "#verify-database.ts";

/** Where the server's clock stood when the fixture was made. */
export const NOW_NOTE = "now";
/** What the version that made it found when it verified it, as JSON. */
export const VERIFIED_NOTE = "verified";

/** What an earlier version wrote, in a database that is as that version had it. */
export interface EarlierState {
  readonly migrations: readonly string[];
  readonly nowMs: EpochMs;
  /** Null where that version could not verify yet. */
  readonly verdicts: readonly DatabaseVerdict[] | null;
  readonly sandboxJournalPath: string;
}

/** Loads a fixture into an empty database, and the card sandbox's journal into `folder`. */
export async function loadFixture(
  path: string,
  ownerUrl: string,
  folder: string,
): Promise<EarlierState> {
  const { migrations, notes } = (await checkBackup(path)).header;
  await migrate(ownerUrl, migrations);
  const written: string[] = [];
  await loadBackup({
    ownerUrl,
    path,
    onFile: async (name, content) => {
      written.push(join(folder, name));
      await writeFile(join(folder, name), content);
    },
  });
  const verified = notes[VERIFIED_NOTE];
  return {
    migrations,
    nowMs: Number(notes[NOW_NOTE]),
    verdicts: verified === undefined ? null : JSON.parse(verified),
    sandboxJournalPath: present(written[0], "the fixture has the card sandbox's journal"),
  };
}
