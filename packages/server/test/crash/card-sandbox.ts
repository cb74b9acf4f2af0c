import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault, JournaledCharge } from "@farthing/stripe-sandbox";
import Stripe from "stripe";
import { freePort } from "#test/support/processes/free-port.ts";

/** The card sandbox that outlives every server, and so knows what was charged. */
export interface CardSandbox {
  readonly journalPath: string;
  /** What a server has to be told to use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The rail's API, as its dashboard uses it. */
  readonly dashboard: Stripe;
  charges(): Promise<readonly JournaledCharge[]>;
  disputes(): Promise<readonly Stripe.Dispute[]>;
  stop(): Promise<void>;
}

const SECRET = `whsec_${Buffer.from("what the crash suite's cards are signed with").toString("base64")}`;

// A server is dead for a second or two, and what it was not told then is not to be waited for.
const RETRIES_SECONDS = "1,1,2,2,2,5,5,10,10,30";

/**
 * One charge in ten is made and answered with an error: what became of it has to be looked up, which
 * otherwise only happens after a kill, in the few seconds before the next one.
 */
const FAULTS: readonly Fault[] = [
  {
    fault: "server_error",
    on: "POST /v1/payment_intents/:id/confirm",
    times: null,
    chance: 0.1,
    seed: "crash",
  },
];

const program = join(import.meta.dirname, "../../../stripe-sandbox/src/main.ts");

/** Ends its command when its own standard input does, as when the suite is killed. */
const untilInputEnds = '"$@" <&- & read -r _; kill $!; wait';

/** Starts `farthing-stripe-sandbox`. It sends each of its notices to each of the servers. */
export async function startCardSandbox(
  folder: string,
  serverUrls: readonly string[],
): Promise<CardSandbox> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const journalPath = join(folder, "stripe-sandbox.jsonl");
  const endpoints = serverUrls.map((server) => `${server}/rails/stripe/webhook/demo-sandbox`);
  const node = [process.execPath, "--conditions=source", "--import", "tsx", program];
  const faultsPath = join(folder, "faults.json");
  await writeFile(faultsPath, JSON.stringify(FAULTS));
  const kept = ["--port", String(port), "--journal", journalPath, "--webhook-secret", SECRET];
  const faulty = ["--faults", faultsPath];
  const retried = ["--webhook-retries", RETRIES_SECONDS];
  const told = endpoints.flatMap((endpoint) => ["--webhook-url", endpoint]);
  const shell = spawn(
    "/bin/sh",
    ["-c", untilInputEnds, "sh", ...node, ...kept, ...faulty, ...retried, ...told],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  // Its first words are that it listens.
  await once(shell.stdout, "data");
  shell.stdout.resume();

  const dashboard = new Stripe("sk_test_dashboard", { protocol: "http", host: "127.0.0.1", port });
  return {
    journalPath,
    dashboard,
    environment: { FARTHING_STRIPE_SANDBOX_URL: url, FARTHING_STRIPE_SANDBOX_SECRET: SECRET },
    async charges() {
      const answer = await fetch(`${url}/_sandbox/charges`);
      return (await answer.json()) as JournaledCharge[];
    },
    async disputes() {
      const disputes: Stripe.Dispute[] = [];
      for await (const dispute of dashboard.disputes.list({ limit: 100 })) disputes.push(dispute);
      return disputes;
    },
    async stop() {
      const exited = once(shell, "exit");
      shell.stdin.end();
      await exited;
    },
  };
}
