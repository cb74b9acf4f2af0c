import { once } from "node:events";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStripeSandbox } from "../src/index.ts";
import { createReceiver, refusal, sdkInProcess, startCommand, submitPage } from "./support.ts";

let folder = "";
let journalPath = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-sandbox-"));
  journalPath = join(folder, "deep", "journal.jsonl");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const open = (options = {}) => {
  const sandbox = createStripeSandbox({ journalPath, ...options });
  return { sandbox, stripe: sdkInProcess(sandbox) };
};

/** One of everything, so that every kind of change is in the journal. */
async function fill({ sandbox, stripe }: ReturnType<typeof open>) {
  const { id: customer } = await stripe.customers.create({ name: "Ada", metadata: { a: "é" } });
  const card = await stripe.paymentMethods.attach("pm_card_visa", { customer });
  const gone = await stripe.webhookEndpoints.create({
    url: "http://x.test",
    enabled_events: ["*"],
  });
  await stripe.webhookEndpoints.del(gone.id);
  const payment = {
    amount: 100,
    currency: "usd",
    customer,
    payment_method: card.id,
    confirm: true,
  } as const;
  const intent = await stripe.paymentIntents.create(payment, { idempotencyKey: "pay" });
  const declined = { ...payment, payment_method: "pm_card_chargeDeclined" };
  await refusal(stripe.paymentIntents.create(declined));
  const disputed = { ...payment, payment_method: "pm_card_createDispute" };
  await stripe.paymentIntents.create(disputed);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 40 });
  const session = await stripe.checkout.sessions.create({
    mode: "setup",
    customer,
    success_url: "https://shop.example/done",
  });
  await submitPage(sandbox, session.url);
  return { customer, payment, intent };
}

async function everything({ sandbox, stripe }: ReturnType<typeof open>, customer: string) {
  return {
    customers: (await stripe.customers.list()).data,
    cards: (await stripe.customers.listPaymentMethods(customer)).data,
    intents: (await stripe.paymentIntents.list()).data,
    setups: (await stripe.setupIntents.list()).data,
    charges: (await stripe.charges.list()).data,
    refunds: (await stripe.refunds.list()).data,
    disputes: (await stripe.disputes.list()).data,
    sessions: (await stripe.checkout.sessions.list()).data,
    events: (await stripe.events.list({ limit: 100 })).data,
    endpoints: (await stripe.webhookEndpoints.list()).data,
    journal: sandbox.journal.charges(),
  };
}

describe("the journal", () => {
  test("brings the whole state back, idempotency keys included", async () => {
    const first = open();
    const { customer, payment, intent } = await fill(first);
    const before = await everything(first, customer);
    await first.sandbox.close();

    const second = open();
    expect(await everything(second, customer)).toEqual(before);
    const replayed = await second.stripe.paymentIntents.create(payment, { idempotencyKey: "pay" });
    expect(replayed).toEqual(intent);
    expect(second.sandbox.journal.charges()).toEqual(before.journal);
    await second.sandbox.close();
  });

  test("forgets a last line that was torn, and goes on from there", async () => {
    const first = open();
    const { customer } = await fill(first);
    const before = await everything(first, customer);
    await first.sandbox.close();
    appendFileSync(journalPath, `[{"put":"customer","value":{"id":"cus_torn","na`);

    const second = open();
    expect(await everything(second, customer)).toEqual(before);
    const added = await second.stripe.customers.create({ name: "Bob" });
    await second.sandbox.close();

    const third = open();
    expect(await third.stripe.customers.retrieve(added.id)).toEqual(added);
    await third.sandbox.close();
  });

  test("is a prefix of the truth wherever it is cut", async () => {
    const first = open();
    await fill(first);
    await first.sandbox.close();
    const whole = readFileSync(journalPath);
    for (let cut = 0; cut <= whole.length; cut += 997) {
      writeFileSync(journalPath, whole);
      truncateSync(journalPath, cut);
      const { sandbox } = open();
      expect(sandbox.journal.charges().length).toBeLessThanOrEqual(3);
      await sandbox.close();
    }
  });

  test("refuses to start from a file that is damaged or is something else", async () => {
    const { sandbox, stripe } = open();
    await stripe.customers.create({});
    await sandbox.close();
    const [header, ...lines] = readFileSync(journalPath, "utf8").split("\n");
    writeFileSync(journalPath, [header, "{torn", ...lines].join("\n"));
    expect(() => open()).toThrow("journal.jsonl:2 is not JSON");
    writeFileSync(journalPath, "hello\n");
    expect(() => open()).toThrow("is not a journal of this sandbox");
  });
});

describe("webhooks after a restart", () => {
  test("are delivered if they were not before, and only then", async () => {
    let nowMs = Date.UTC(2030, 0, 1);
    const now = () => nowMs;
    const down = createReceiver(({ body }) => (body.includes("Ada") ? 200 : 503));
    const webhookEndpoints = [
      {
        url: "http://merchant.test/webhooks",
        secret: "whsec_1",
        enabledEvents: ["customer.created"],
      },
    ];
    const first = open({ now, deliver: down.deliver, webhookEndpoints });
    await first.stripe.customers.create({ name: "Ada" });
    await first.stripe.customers.create({ name: "Bob" });
    await first.sandbox.idle();
    expect(down.received).toHaveLength(2);
    await first.sandbox.close();

    nowMs += 60_000;
    const up = createReceiver();
    const second = open({ now, deliver: up.deliver, webhookEndpoints });
    await second.sandbox.idle();
    expect(up.received).toHaveLength(1);
    expect(up.received[0]?.body).toContain("Bob");
    await second.sandbox.close();

    const third = open({ now, deliver: up.deliver });
    await third.sandbox.idle();
    expect(up.received).toHaveLength(1);
    expect((await third.stripe.webhookEndpoints.list()).data).toHaveLength(1);
    await third.sandbox.close();
  });
});

describe("a server that is killed", () => {
  test("loses nothing it acknowledged, and charges nothing twice when asked again", async () => {
    const orders = Array.from({ length: 40 }, (_, index) => `order-${index}`);
    const acknowledged = new Set<string>();
    for (let life = 0; life < 2; life += 1) {
      const { child, stripe } = await startCommand(["--journal", journalPath]);
      const pay = async (order: string) => {
        await stripe.paymentIntents.create(
          {
            amount: 100,
            currency: "usd",
            payment_method: "pm_card_visa",
            confirm: true,
            metadata: { order },
          },
          { idempotencyKey: order },
        );
        acknowledged.add(order);
        if (acknowledged.size % 13 === 0) child.kill("SIGKILL");
      };
      await Promise.allSettled(orders.filter((order) => !acknowledged.has(order)).map(pay));
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    const { sandbox } = open();
    const charged = sandbox.journal.charges().map(({ metadata }) => metadata["order"] ?? "");
    expect(new Set(charged).size).toBe(charged.length);
    expect(charged).toEqual(expect.arrayContaining([...acknowledged]));
    expect(acknowledged.size).toBeGreaterThanOrEqual(13);
    await sandbox.close();
  });
});
