import { createApp } from "../../packages/server/src/app.ts";
import { createLogger } from "../../packages/server/src/platform/http/log.ts";

/**
 * The API's description, as a server with default settings serves it at `/openapi.json`. The
 * application is constructed and asked, but not started: it connects to nothing.
 */
export async function openApiDocument(): Promise<string> {
  const app = await createApp({
    role: "all",
    ownerUrl: "postgres://unused@127.0.0.1/unused",
    publicUrl: "http://127.0.0.1:4242",
    clock: { now: () => 0 },
    random: () => 0,
    secretKey: "never used, since nobody is authenticated",
    log: createLogger("silent"),
    connectionsMax: 1,
    corsOrigins: [],
    requestsPerTokenMax: null,
    webhookPrivateAddresses: "refuse",
    sandboxJournalPath: null,
    sandboxProjects: [],
    stripe: null,
    stripeSandbox: null,
  });
  try {
    const answer = await app.http.inject("/openapi.json");
    return JSON.stringify(answer.json());
  } finally {
    await app.stop();
  }
}
