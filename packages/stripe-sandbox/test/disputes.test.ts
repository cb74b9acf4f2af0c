import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { createStripeSandbox } from "../src/index.ts";
import { createReceiver, refusal, sdkInProcess, transports, useSandbox } from "./support.ts";

async function disputedBy(stripe: Stripe, payment_method = "pm_card_createDispute") {
  const payment = { amount: 1_000, currency: "usd", payment_method, confirm: true };
  const { id, latest_charge } = await stripe.paymentIntents.create(payment);
  const { data } = await stripe.disputes.list({ payment_intent: id });
  const [dispute] = data;
  if (dispute === undefined) throw new Error("nothing was disputed");
  return { dispute, charge: String(latest_charge), intent: id };
}

describe.each(transports)("disputes, $name", (transport) => {
  const context = useSandbox(transport);

  test.each([
    { card: "pm_card_createDispute", reason: "fraudulent", status: "needs_response" },
    {
      card: "pm_card_createDisputeProductNotReceived",
      reason: "product_not_received",
      status: "needs_response",
    },
    {
      card: "pm_card_createDisputeInquiry",
      reason: "fraudulent",
      status: "warning_needs_response",
    },
  ])("follow a charge of $card", async ({ card, reason, status }) => {
    const { stripe, sandbox } = context;
    const { dispute, charge, intent } = await disputedBy(stripe, card);
    expect(dispute).toMatchObject({
      id: expect.stringMatching(/^du_/),
      object: "dispute",
      amount: 1_000,
      currency: "usd",
      charge,
      payment_intent: intent,
      reason,
      status,
      is_charge_refundable: status.startsWith("warning"),
      evidence_details: { has_evidence: false, submission_count: 0, past_due: false },
    });
    expect(await stripe.disputes.retrieve(dispute.id)).toMatchObject({ id: dispute.id });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ disputed: true, paid: true });
    expect(sandbox.journal.charges()).toMatchObject([{ isDisputed: true }]);
    const refund = stripe.refunds.create({ charge }).then(
      () => "refunded",
      (error: { code: string }) => error.code,
    );
    expect(await refund).toBe(status.startsWith("warning") ? "refunded" : "charge_disputed");
  });

  test.each([
    { text: "winning_evidence", status: "won" },
    { text: "losing_evidence", status: "lost" },
    { text: "a long story", status: "under_review" },
  ])("end as the evidence says: $text", async ({ text, status }) => {
    const { stripe } = context;
    const { dispute } = await disputedBy(stripe);
    const evidence = { uncategorized_text: text, customer_name: "Ada" };
    const updated = await stripe.disputes.update(dispute.id, { evidence });
    expect(updated).toMatchObject({
      status,
      evidence: { uncategorized_text: text, customer_name: "Ada", receipt: null },
      evidence_details: { has_evidence: true, submission_count: 1 },
    });
  });

  test("keep evidence that is not submitted, and take metadata at any time", async () => {
    const { stripe } = context;
    const { dispute } = await disputedBy(stripe);
    const evidence = { uncategorized_text: "winning_evidence" };
    const staged = await stripe.disputes.update(dispute.id, { evidence, submit: false });
    expect(staged).toMatchObject({ status: "needs_response", evidence });
    expect(staged.evidence_details.submission_count).toBe(0);
    await stripe.disputes.close(dispute.id);
    const described = await stripe.disputes.update(dispute.id, { metadata: { a: "1" } });
    expect(described).toMatchObject({ status: "lost", metadata: { a: "1" } });
    expect((await refusal(stripe.disputes.close(dispute.id))).statusCode).toBe(400);
    expect((await refusal(stripe.disputes.update(dispute.id, { evidence }))).statusCode).toBe(400);
  });

  test("of an inquiry can become ones that take the money", async () => {
    const { stripe } = context;
    const { dispute } = await disputedBy(stripe, "pm_card_createDisputeInquiry");
    const evidence = { uncategorized_text: "escalate_inquiry_evidence" };
    const escalated = await stripe.disputes.update(dispute.id, { evidence });
    expect(escalated).toMatchObject({ status: "needs_response", is_charge_refundable: false });
  });
});

describe("the events of a dispute", () => {
  function open() {
    const clock = { nowMs: Date.UTC(2030, 0, 1) };
    const receiver = createReceiver();
    const sandbox = createStripeSandbox({
      now: () => clock.nowMs,
      deliver: receiver.deliver,
      webhookEndpoints: [
        {
          url: "http://merchant.test/webhooks",
          enabledEvents: [
            "created",
            "updated",
            "closed",
            "funds_withdrawn",
            "funds_reinstated",
          ].map((name) => `charge.dispute.${name}`),
        },
      ],
    });
    return { clock, sandbox, stripe: sdkInProcess(sandbox), types: receiver.types };
  }
  const opened = ["charge.dispute.created", "charge.dispute.funds_withdrawn"];

  test("say that it was won, and that the money is back", async () => {
    const { sandbox, stripe, types } = open();
    const { dispute } = await disputedBy(stripe);
    const evidence = { uncategorized_text: "winning_evidence" };
    await stripe.disputes.update(dispute.id, { evidence });
    await sandbox.idle();
    expect(types()).toEqual([
      ...opened,
      "charge.dispute.updated",
      "charge.dispute.closed",
      "charge.dispute.funds_reinstated",
    ]);
    await sandbox.close();
  });

  test.each([
    { card: "pm_card_createDispute", types: opened, status: "lost" },
    {
      card: "pm_card_createDisputeInquiry",
      types: opened.slice(0, 1),
      status: "warning_closed",
    },
  ])("of $card say that nobody answered in time", async ({ card, types: first, status }) => {
    const { clock, sandbox, stripe, types } = open();
    const { dispute } = await disputedBy(stripe, card);
    clock.nowMs = (dispute.evidence_details.due_by ?? 0) * 1_000 - 1_000;
    await sandbox.idle();
    expect(types()).toEqual(first);
    clock.nowMs += 1_000;
    await sandbox.idle();
    expect(types()).toEqual([...first, "charge.dispute.closed"]);
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe(status);
    await sandbox.close();
  });
});
