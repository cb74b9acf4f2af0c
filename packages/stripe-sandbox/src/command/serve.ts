import { type ListeningSandbox, listen } from "../listen.ts";
import { createStripeSandbox, type StripeSandbox } from "../sandbox.ts";
import type { CommandArguments } from "./arguments.ts";

export type Served = {
  readonly sandbox: StripeSandbox;
  readonly server: ListeningSandbox;
  /** Stops answering, then lets go of the journal. */
  readonly close: () => Promise<void>;
};

/** Opens the journal and listens. @throws when the journal is damaged or the port is taken. */
export async function serve(wanted: CommandArguments): Promise<Served> {
  let url = "";
  const { publicUrl, journalPath, apiKeys, webhookSecret, faults } = wanted;
  const { webhookRetryDelaysMs } = wanted;
  const sandbox = createStripeSandbox({
    publicUrl: () => publicUrl ?? url,
    isControllable: true,
    webhookEndpoints: wanted.webhookUrls.map((endpoint) => ({
      url: endpoint,
      ...(webhookSecret === null ? {} : { secret: webhookSecret }),
    })),
    ...(webhookRetryDelaysMs === null ? {} : { webhookRetryDelaysMs }),
    ...(journalPath === null ? {} : { journalPath }),
    ...(apiKeys.length === 0 ? {} : { secretKeys: apiKeys }),
  });
  // A restart finds the faults of the journal, with their counts: those are not to be played anew.
  if (sandbox.faults.list().length === 0) sandbox.faults.add(...faults);
  const server = await listen(sandbox, wanted).catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  url = server.url;
  const close = async () => {
    await server.close();
    await sandbox.close();
  };
  return { sandbox, server, close };
}

/** What to set in the program that is to use the sandbox. The first line tells where it listens. */
export function announcement({ sandbox, server }: Served, wanted: CommandArguments): string {
  const secrets = sandbox.webhookEndpoints().map(({ url, secret }) => `${secret}  for ${url}`);
  return [
    `Stripe sandbox listening on ${server.url}`,
    "",
    `API base        ${server.url}`,
    `API key         ${wanted.apiKeys.join(" or ") || "sk_test_sandbox, or any other sk_test_… key"}`,
    `Webhook secret  ${secrets.join("\n                ") || "none: no --webhook-url was given"}`,
    `Journal         ${wanted.journalPath ?? "none: the state is lost at the end"}`,
    "",
    "For Farthing's live side, and for what reads the same variables:",
    `  STRIPE_API_BASE=${server.url}`,
    `  STRIPE_SECRET_KEY=${wanted.apiKeys[0] ?? "sk_test_sandbox"}`,
    ...sandbox
      .webhookEndpoints()
      .slice(0, 1)
      .map(({ secret }) => `  STRIPE_WEBHOOK_SECRET=${secret}`),
    "",
  ].join("\n");
}
