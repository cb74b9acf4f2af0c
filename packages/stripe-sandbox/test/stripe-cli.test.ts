import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createStripeSandbox,
  type ListeningSandbox,
  listen,
  type StripeSandbox,
} from "../src/index.ts";

const run = promisify(execFile);
const program = createRequire(import.meta.url).resolve("@stripe/cli/bin/shim.js");

let home = "";
let sandbox: StripeSandbox;
let server: ListeningSandbox;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "stripe-cli-"));
  sandbox = createStripeSandbox();
  server = await listen(sandbox, { port: 0 });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
  rmSync(home, { recursive: true });
});

/** Runs Stripe's own command against the sandbox, with a home of its own. */
async function stripe(...words: readonly string[]): Promise<string> {
  const args = [program, ...words, "--api-base", server.url, "--api-key", "sk_test_sandbox_key"];
  const env = { PATH: process.env["PATH"], HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: "1" };
  const { stdout } = await run(process.execPath, args, { env });
  return stdout;
}

async function answer<Answer>(...words: readonly string[]): Promise<Answer> {
  return JSON.parse(await stripe(...words)) as Answer;
}

describe("the official Stripe CLI", () => {
  test("creates, updates, gets and lists customers", async () => {
    const made = await answer<Stripe.Customer>("customers", "create", "--name", "Ada");
    expect(made).toMatchObject({ object: "customer", name: "Ada" });
    await stripe("customers", "update", made.id, "--email", "ada@example.com");
    const got = await answer<Stripe.Customer>("customers", "retrieve", made.id);
    expect(got).toMatchObject({ id: made.id, email: "ada@example.com" });
    const listed = await answer<Stripe.ApiList<Stripe.Customer>>("customers", "list");
    expect(listed.data.map(({ id }) => id)).toContain(made.id);
  });

  test("pays, refunds a part and looks both up", async () => {
    const card = ["-d", "payment_method=pm_card_visa", "-d", "confirm=true"];
    const amount = ["--amount", "1000", "--currency", "usd"];
    const words = ["payment_intents", "create", ...amount, ...card];
    const paid = await answer<Stripe.PaymentIntent>(...words);
    expect(paid.status).toBe("succeeded");
    const part = ["--payment-intent", paid.id, "--amount", "400"];
    const refund = await answer<Stripe.Refund>("refunds", "create", ...part);
    expect(refund).toMatchObject({ amount: 400, status: "succeeded" });
    const charge = await answer<Stripe.Charge>("get", `/v1/charges/${String(paid.latest_charge)}`);
    expect(charge.amount_refunded).toBe(400);
  });

  test.each([
    "charge.dispute.created",
    "charge.failed",
    "charge.refunded",
    "customer.created",
    "customer.updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "setup_intent.created",
  ])("triggers %s", async (type) => {
    await stripe("trigger", type);
    const path = "/v1/events";
    const listed = await answer<Stripe.ApiList<Stripe.Event>>("get", path, "-d", `type=${type}`);
    expect(listed.data[0]?.type).toBe(type);
  });
});
