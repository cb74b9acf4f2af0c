import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal, submitPage, transports, useSandbox } from "./support.ts";

const wanted = { amount: 1_000, currency: "usd" } as const;
const always = "pm_card_authenticationRequired";
const unlessSetUp = "pm_card_authenticationRequiredOnSetup";
const return_url = "https://shop.example/back?order=1";

describe.each(transports)("3D Secure, $name", (transport) => {
  const context = useSandbox(transport);

  const answer = (url: string | null | undefined, outcome: "complete" | "fail") =>
    context.sandbox.fetch(url ?? "", { method: "POST", body: new URLSearchParams({ outcome }) });

  const ask = (payment_method = always) =>
    context.stripe.paymentIntents.create({ ...wanted, payment_method, confirm: true, return_url });

  const challengeOf = ({ next_action }: Stripe.PaymentIntent | Stripe.SetupIntent) =>
    next_action?.redirect_to_url?.url;

  async function savedCard(card: string) {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.paymentMethods.attach(card, { customer });
    return { customer, payment_method: id };
  }

  const types = async () =>
    (await context.stripe.events.list()).data.map(({ type }) => type).toReversed();

  test("asks the cardholder first, then charges", async () => {
    const { stripe, sandbox } = context;
    const asking = await ask();
    expect(asking).toMatchObject({
      status: "requires_action",
      latest_charge: null,
      next_action: { type: "redirect_to_url", redirect_to_url: { return_url } },
    });
    expect(sandbox.journal.charges()).toEqual([]);
    const page = await (await sandbox.fetch(challengeOf(asking) ?? "")).text();
    expect(page).toContain("$10.00");

    const answered = await answer(challengeOf(asking), "complete");
    const location = new URL(answered.headers.get("location") ?? "");
    expect(answered.status).toBe(303);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      order: "1",
      payment_intent: asking.id,
      payment_intent_client_secret: asking.client_secret,
      redirect_status: "succeeded",
    });
    const paid = await stripe.paymentIntents.retrieve(asking.id, { expand: ["latest_charge"] });
    expect(paid).toMatchObject({
      status: "succeeded",
      next_action: null,
      latest_charge: {
        payment_method_details: { card: { three_d_secure: { result: "authenticated" } } },
      },
    });
    expect(await types()).toEqual([
      "payment_intent.created",
      "payment_intent.requires_action",
      "charge.succeeded",
      "payment_intent.succeeded",
    ]);
    await answer(challengeOf(asking), "complete");
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test("charges nothing when the cardholder fails", async () => {
    const { stripe, sandbox } = context;
    const asking = await ask();
    const answered = await answer(challengeOf(asking), "fail");
    expect(answered.headers.get("location")).toContain("redirect_status=failed");
    expect(await stripe.paymentIntents.retrieve(asking.id)).toMatchObject({
      status: "requires_payment_method",
      next_action: null,
      last_payment_error: {
        code: "payment_intent_authentication_failure",
        type: "invalid_request_error",
      },
    });
    expect(sandbox.journal.charges()).toEqual([]);
    expect((await types()).at(-1)).toBe("payment_intent.payment_failed");
  });

  test("may be followed by a decline", async () => {
    const asking = await ask("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds");
    await answer(challengeOf(asking), "complete");
    const declined = await context.stripe.paymentIntents.retrieve(asking.id);
    expect(declined.last_payment_error).toMatchObject({ decline_code: "insufficient_funds" });
    expect(context.sandbox.journal.charges()).toMatchObject([{ status: "failed" }]);
  });

  test("without an address to return to is left to Stripe's own scripts", async () => {
    const { stripe } = context;
    const intent = await stripe.paymentIntents.create({
      ...wanted,
      payment_method: always,
      confirm: true,
    });
    expect(intent.next_action).toMatchObject({ type: "use_stripe_sdk" });
    const script = intent.next_action?.use_stripe_sdk as { stripe_js: string } | undefined;
    const answered = await answer(script?.stripe_js, "complete");
    expect(await answered.text()).toContain("Authentication complete");
  });

  test.each([
    { refuse: { off_session: true }, because: "nobody is there" },
    { refuse: { error_on_requires_action: true }, because: "the caller wants no second step" },
  ])("is a decline when $because", async ({ refuse }) => {
    const { stripe, sandbox } = context;
    const card = await savedCard(unlessSetUp);
    const charge = stripe.paymentIntents.create({ ...wanted, ...card, ...refuse, confirm: true });
    const error = await refusal(charge);
    expect(error).toMatchObject({
      statusCode: 402,
      type: "StripeCardError",
      code: "authentication_required",
      decline_code: "authentication_required",
      payment_intent: { status: "requires_payment_method" },
    });
    expect(sandbox.journal.charges()).toMatchObject([{ status: "failed" }]);
  });

  test("once for a card that is set up, never again for charges in its holder's absence", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const setup = await stripe.setupIntents.create({
      customer,
      payment_method: unlessSetUp,
      confirm: true,
      return_url,
    });
    expect(setup).toMatchObject({ status: "requires_action" });
    const answered = await answer(challengeOf(setup), "complete");
    expect(answered.headers.get("location")).toContain(`setup_intent=${setup.id}`);
    const saved = await stripe.setupIntents.retrieve(setup.id);
    expect(saved.status).toBe("succeeded");
    const payment_method = String(saved.payment_method);
    const charge = { ...wanted, customer, payment_method, confirm: true } as const;
    const absent = await stripe.paymentIntents.create({ ...charge, off_session: true });
    expect(absent.status).toBe("succeeded");
    const present = await stripe.paymentIntents.create({ ...charge, return_url });
    expect(present.status).toBe("requires_action");
  });

  test("for a setup can fail", async () => {
    const { stripe } = context;
    const setup = await stripe.setupIntents.create({
      payment_method: always,
      confirm: true,
      return_url,
    });
    await answer(challengeOf(setup), "fail");
    expect(await stripe.setupIntents.retrieve(setup.id)).toMatchObject({
      status: "requires_payment_method",
      last_setup_error: { code: "setup_intent_authentication_failure" },
    });
    expect((await types()).at(-1)).toBe("setup_intent.setup_failed");
  });

  test("is not asked of a card that was set up elsewhere", async () => {
    const { stripe } = context;
    const card = await savedCard("pm_card_authenticationRequiredSetupForOffSession");
    const charge = { ...wanted, ...card, off_session: true, confirm: true };
    expect((await stripe.paymentIntents.create(charge)).status).toBe("succeeded");
  });

  test("can be given up for another card, or altogether", async () => {
    const { stripe, sandbox } = context;
    const first = await ask();
    const paid = await stripe.paymentIntents.confirm(first.id, { payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: "succeeded", next_action: null });
    const second = await ask();
    const canceled = await stripe.paymentIntents.cancel(second.id);
    expect(canceled).toMatchObject({ status: "canceled", next_action: null });
    const late = await answer(challengeOf(second), "complete");
    expect(await late.text()).toContain("Nothing to confirm");
    expect(sandbox.journal.charges()).toHaveLength(1);
    const nowhere = (challengeOf(first) ?? "").replace(first.id, "pi_nowhere");
    expect((await sandbox.fetch(nowhere)).status).toBe(404);
  });
});

describe("3D Secure in checkout", () => {
  const context = useSandbox();

  async function typed(mode: "payment" | "setup") {
    const { stripe, sandbox } = context;
    const item = { currency: "usd", unit_amount: 1_000, product_data: { name: "Plan" } };
    const session = await stripe.checkout.sessions.create({
      mode,
      success_url: "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
      ...(mode === "payment" ? { line_items: [{ price_data: item }] } : {}),
    });
    const answered = await submitPage(sandbox, session.url, { number: "4000002760003184" });
    const challenge = new URL(answered.headers.get("location") ?? "", session.url ?? "").href;
    return { session, challenge };
  }
  const answer = (url: string, outcome: string) =>
    context.sandbox.fetch(url, { method: "POST", body: new URLSearchParams({ outcome }) });

  test.each(["payment", "setup"] as const)("completes a %s when confirmed", async (mode) => {
    const { session, challenge } = await typed(mode);
    const { stripe } = context;
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
    const answered = await answer(challenge, "complete");
    expect(answered.headers.get("location")).toBe(
      `https://shop.example/done?session=${session.id}`,
    );
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "complete",
      customer_details: { name: "Ada Example" },
    });
  });

  test("leads back to the form when it fails, where another card is taken", async () => {
    const { stripe, sandbox } = context;
    const { session, challenge } = await typed("payment");
    const answered = await answer(challenge, "fail");
    const back = new URL(answered.headers.get("location") ?? "", challenge).href;
    expect(await (await sandbox.fetch(back)).text()).toContain("We are unable to authenticate");
    const paid = await submitPage(sandbox, back);
    expect(paid.status).toBe(303);
    expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe("paid");
    expect(sandbox.journal.charges()).toMatchObject([{ status: "succeeded" }]);
  });

  test("is over when the session expires", async () => {
    const { stripe, sandbox } = context;
    const { session, challenge } = await typed("payment");
    await stripe.checkout.sessions.expire(session.id);
    expect(await (await answer(challenge, "complete")).text()).toContain("Nothing to confirm");
    expect(sandbox.journal.charges()).toEqual([]);
  });
});
