import type { Farthing } from "@farthing/sdk";
import { pause } from "../terminal/pause.ts";
import { startProgress } from "../terminal/progress.ts";
import type { MigrationWire } from "./migration-wire.ts";

const LOOK_AGAIN_MS = 500;

export function migrationPath(id: string): string {
  return `/v1/plan_migrations/${encodeURIComponent(id)}`;
}

/** Where the server is with something of a migration. */
interface Stage {
  readonly label: string;
  readonly isOver: (migration: MigrationWire) => boolean;
  readonly doneCount: (migration: MigrationWire) => number;
}

const assessing: Stage = {
  label: "preview",
  isOver: ({ status, progress }) => status !== "draft" || progress.assessed >= progress.total,
  doneCount: ({ progress }) => progress.assessed,
};

const moving: Stage = {
  label: "migrate",
  isOver: ({ status }) => status !== "running",
  doneCount: ({ progress }) => progress.total - progress.left,
};

const returning: Stage = {
  label: "undo",
  isOver: ({ status }) => status !== "undoing",
  doneCount: ({ progress }) => progress.returned + progress.kept,
};

/** Waits until it is worked out what a draft comes to. */
export function untilAssessed(client: Farthing, id: string, signal: AbortSignal) {
  return follow(client, id, assessing, signal);
}

/** Waits until nothing more is moved or returned; what the server does it does without us, too. */
export async function untilAtRest(client: Farthing, id: string, signal: AbortSignal) {
  await follow(client, id, moving, signal);
  return follow(client, id, returning, signal);
}

async function follow(
  client: Farthing,
  id: string,
  { label, isOver, doneCount }: Stage,
  signal: AbortSignal,
): Promise<MigrationWire> {
  const progress = startProgress({ label, unit: "subscriptions", stream: process.stderr });
  try {
    for (;;) {
      signal.throwIfAborted();
      const migration = await client.request<MigrationWire>("GET", migrationPath(id), { signal });
      if (isOver(migration)) return migration;
      const count = doneCount(migration);
      progress.update({ count, share: count / Math.max(1, migration.progress.total) });
      await pause(LOOK_AGAIN_MS, signal);
    }
  } finally {
    progress.finish();
  }
}
