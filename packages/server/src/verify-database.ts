import { listProjects } from "#modules/projects/index.ts";
import {
  type ProjectVerdict,
  type RailJournal,
  verifyProject,
} from "#modules/verification/index.ts";
import { openDatabase } from "#platform/db/database.ts";

/** What a verification found in one side of a project. */
export interface DatabaseVerdict extends ProjectVerdict {
  readonly project: string;
  readonly side: "live" | "sandbox";
}

export type OnVerified = (customers: number) => void;

export interface DatabaseVerifying {
  readonly onVerified?: OnVerified;
  /** The rail's own record, where it is at hand; it is held against the sandbox sides only. */
  readonly journal?: RailJournal | null;
}

/** Verifies every side of every project of a database, past any server. */
export async function verifyDatabase(
  ownerUrl: string,
  { onVerified = () => {}, journal = null }: DatabaseVerifying = {},
): Promise<DatabaseVerdict[]> {
  const db = openDatabase({ url: ownerUrl, connectionsMax: 2 });
  try {
    const verdicts: DatabaseVerdict[] = [];
    let customersBefore = 0;
    for (const { projectId, slug, side } of await db.acrossProjects(listProjects)) {
      const verdict = await verifyProject(db, projectId, {
        journal: side === "sandbox" ? journal : null,
        onPage: ({ customers }) => onVerified(customersBefore + customers),
      });
      customersBefore += verdict.checked.customers;
      verdicts.push({ project: slug, side, ...verdict });
    }
    return verdicts;
  } finally {
    await db.close();
  }
}
