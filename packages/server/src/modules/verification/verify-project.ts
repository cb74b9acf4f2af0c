import {
  type Breach,
  type Checked,
  checkedSum,
  nothingChecked,
} from "#modules/verification/domain/index.ts";
import type { Database } from "#platform/db/database.ts";
import { type Place, type RailJournal, START, verifyPage } from "./verify.ts";

/** What a whole verification found. */
export interface ProjectVerdict {
  readonly checked: Checked;
  /** How often each invariant is broken, of those that are. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first of the breaches. */
  readonly breaches: readonly Breach[];
}

export interface VerifyOptions {
  readonly journal?: RailJournal | null;
  /** How many breaches are named; all are counted. */
  readonly namedMax?: number;
  readonly onPage?: (checked: Checked) => void;
}

const NAMED_MAX = 100;

/** Verifies one side of a project, page by page, while it may be written to. */
export async function verifyProject(
  db: Database,
  projectId: number,
  { journal = null, namedMax = NAMED_MAX, onPage = () => {} }: VerifyOptions = {},
): Promise<ProjectVerdict> {
  const counts: Record<string, number> = {};
  const named: Breach[] = [];
  let checked = nothingChecked;
  for (let place: Place | null = START; place !== null; ) {
    const page: Awaited<ReturnType<typeof verifyPage>> = await verifyPage(
      db,
      projectId,
      place,
      journal,
    );
    for (const { invariant } of page.breaches) counts[invariant] = (counts[invariant] ?? 0) + 1;
    named.push(...page.breaches.slice(0, namedMax - named.length));
    checked = checkedSum(checked, page.checked);
    onPage(checked);
    place = page.next;
  }
  return { checked, counts, breaches: named };
}
