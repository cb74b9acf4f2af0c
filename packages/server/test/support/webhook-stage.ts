import { type Database, openDatabase } from "#platform/db/database.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** What tests of webhooks play on: a database for all of them, a project and a receiver for each. */
export interface WebhookStage {
  readonly db: Database;
  /** Sets it for the next test: a project in which nothing is left of another. */
  set(): Promise<{ readonly projectId: number; readonly receiver: WebhookReceiver }>;
  /** Ends what a test has left: nobody receives, nothing is due any more. */
  strike(): Promise<void>;
  close(): Promise<void>;
}

export async function openWebhookStage(): Promise<WebhookStage> {
  const testDatabase = await createTestDatabase();
  const db = openDatabase({ url: testDatabase.ownerUrl, connectionsMax: 8 });
  let projectId = 1;
  let receiver: WebhookReceiver | null = null;
  return {
    db,
    async set() {
      projectId += 2;
      receiver = await startWebhookReceiver();
      return { projectId, receiver };
    },
    async strike() {
      await receiver?.close();
      await db.inProject(projectId, (tx) =>
        tx.query("update webhook_delivery set next_attempt_at = null, status = 'failed'"),
      );
    },
    async close() {
      await db.close();
      await testDatabase.drop();
    },
  };
}
