import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createStripeSandbox } from "../src/index.ts";
import { key, refusal, sdkInProcess, transports, useSandbox } from "./support.ts";

const base = "http://sandbox.test";

describe("keys", () => {
  test.each([
    { header: undefined, because: "there is none" },
    { header: "Bearer", because: "it is empty" },
    { header: "Bearer sk_live_0123456789abcdef", because: "live keys have no business here" },
    { header: "Bearer pk_test_1", because: "it is not secret" },
    { header: "Basic !!!", because: "it is not base64" },
  ])("$header is refused: $because", async ({ header }) => {
    const sandbox = createStripeSandbox();
    const headers: Record<string, string> = header === undefined ? {} : { authorization: header };
    const response = await sandbox.fetch(`${base}/v1/customers`, { headers });
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as { error: { type: string; message: string } };
    expect(error.type).toBe("invalid_request_error");
    expect(error.message).not.toContain("456789ab");
  });

  test("are accepted as Bearer or as the user name of Basic", async () => {
    const sandbox = createStripeSandbox();
    for (const authorization of [`Bearer ${key}`, `Basic ${btoa(`${key}:`)}`]) {
      const response = await sandbox.fetch(`${base}/v1/customers`, { headers: { authorization } });
      expect(response.status).toBe(200);
    }
  });

  test("can be limited to some, but never to live ones", async () => {
    const sandbox = createStripeSandbox({ secretKeys: ["sk_test_mine", "sk_live_mine"] });
    await sdkInProcess(sandbox, "sk_test_mine").customers.list();
    for (const other of ["sk_test_other", "sk_live_mine"]) {
      const error = await refusal(sdkInProcess(sandbox, other).customers.list());
      expect(error).toMatchObject({ type: "StripeAuthenticationError", statusCode: 401 });
    }
  });
});

describe.each(transports)("lists, $name", (transport) => {
  const context = useSandbox(transport);

  async function createMany(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      ids.unshift((await context.stripe.customers.create({ name: String(index) })).id);
    }
    return ids;
  }

  test("give pages by cursor, forwards and backwards", async () => {
    const { stripe } = context;
    const ids = await createMany(5);
    const page = async (params: object) => {
      const { data, has_more, url } = await stripe.customers.list(params);
      expect(url).toBe("/v1/customers");
      return { ids: data.map(({ id }) => id), has_more };
    };
    expect(await page({ limit: 2 })).toEqual({ ids: ids.slice(0, 2), has_more: true });
    const [, second = "", , fourth = ""] = ids;
    expect(await page({ limit: 2, starting_after: second })).toEqual({
      ids: ids.slice(2, 4),
      has_more: true,
    });
    expect(await page({ limit: 2, starting_after: fourth })).toEqual({
      ids: ids.slice(4),
      has_more: false,
    });
    expect(await page({ limit: 2, ending_before: fourth })).toEqual({
      ids: ids.slice(1, 3),
      has_more: true,
    });
    expect(await page({ limit: 2, ending_before: second })).toEqual({
      ids: ids.slice(0, 1),
      has_more: false,
    });
  });

  test("are walked to the end by the SDK", async () => {
    const ids = await createMany(25);
    const all = await context.stripe.customers.list({ limit: 10 }).autoPagingToArray({ limit: 99 });
    expect(all.map(({ id }) => id)).toEqual(ids);
  });

  test("refuse a cursor that names nothing and a limit out of bounds", async () => {
    const { stripe } = context;
    const lost = await refusal(stripe.customers.list({ starting_after: "cus_missing" }));
    expect(lost).toMatchObject({ statusCode: 400, param: "starting_after" });
    for (const limit of [0, 101]) {
      const error = await refusal(stripe.customers.list({ limit }));
      expect(error).toMatchObject({ statusCode: 400, param: "limit" });
    }
  });
});

describe("lists by time", () => {
  let nowMs = 1_000_000;
  const context = useSandbox(undefined, { now: () => nowMs });

  test("take the second or a range of it", async () => {
    const { stripe } = context;
    const early = await stripe.customers.create({});
    nowMs += 10_000;
    const late = await stripe.customers.create({});
    const ids = async (
      created: { gt?: number; gte?: number; lt?: number; lte?: number } | number,
    ) => (await stripe.customers.list({ created })).data.map(({ id }) => id);
    expect(await ids({ gte: late.created })).toEqual([late.id]);
    expect(await ids({ gt: early.created })).toEqual([late.id]);
    expect(await ids({ lt: late.created })).toEqual([early.id]);
    expect(await ids({ lte: late.created })).toEqual([late.id, early.id]);
    expect(await ids(early.created)).toEqual([early.id]);
  });
});

describe("expanding", () => {
  const context = useSandbox();

  test("follows paths through objects and lists", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({ payment_method: "pm_card_visa" });
    const [card] = (await stripe.customers.listPaymentMethods(customer)).data;
    const wanted = { amount: 100, currency: "usd", confirm: true, customer } as const;
    await stripe.paymentIntents.create({ ...wanted, payment_method: card?.id ?? "" });
    const { data } = await stripe.paymentIntents.list({
      expand: ["data.latest_charge.customer", "data.payment_method"],
    });
    expect(data).toMatchObject([
      {
        latest_charge: { object: "charge", customer: { id: customer } },
        payment_method: { object: "payment_method", id: card?.id },
        customer,
      },
    ]);
  });

  test.each(["name", "metadata.customer", "nothing", "customer.a.b.c.d"])(
    "refuses %s",
    async (path) => {
      const { id } = await context.stripe.customers.create({
        name: "Ada",
        metadata: { customer: "cus_1" },
      });
      const call = context.stripe.customers.retrieve(id, { expand: [path] });
      expect(await refusal(call)).toMatchObject({ statusCode: 400, param: "expand" });
    },
  );

  test("leaves null as it is", async () => {
    const intent = await context.stripe.paymentIntents.create({
      amount: 100,
      currency: "usd",
      expand: ["customer", "latest_charge.customer"],
    });
    expect(intent).toMatchObject({ customer: null, latest_charge: null });
  });
});

describe("the wire", () => {
  const context = useSandbox(undefined, { publicUrl: "https://pay.example/stripe-sandbox" });
  const call = (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...init.headers };
    return context.sandbox.fetch(base + path, { ...init, headers });
  };

  test("is answered with or without the prefix it is mounted under", async () => {
    for (const path of ["/v1/customers", "/stripe-sandbox/v1/customers"]) {
      expect((await call(path)).status).toBe(200);
    }
  });

  test("carries a request id and the API version", async () => {
    const plain = await call("/v1/customers");
    expect(plain.headers.get("request-id")).toMatch(/^req_\w{14}$/);
    expect(plain.headers.get("stripe-version")).toBe("2026-10-28.endive");
    const old = await call("/v1/customers", { headers: { "stripe-version": "2020-08-27" } });
    expect(old.headers.get("stripe-version")).toBe("2020-08-27");
  });

  test.each([
    { path: "/v1/subscriptions", status: 404, because: "the sandbox does not have it" },
    { path: "/v1/customers/", status: 404, because: "an id is missing" },
    { path: "/elsewhere", status: 404, because: "there is nothing" },
    { path: "/v1/customers?nonsense=1", status: 400, because: "no parameter is ignored" },
    { path: "/v1/customers?limit[a]=1", status: 400, because: "a number is not a hash" },
    { path: "/v1/customers?email=a&email[b]=c", status: 400, because: "it cannot be both" },
    { path: "/v1/payment_methods", status: 400, because: "cards are listed per customer" },
  ])("answers $path with $status: $because", async ({ path, status }) => {
    const response = await call(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });

  test("takes forms only, of a size that makes sense", async () => {
    const post = (type: string, body: string) =>
      call("/v1/customers", { method: "POST", headers: { "content-type": type }, body });
    expect((await post("application/json", `{"name":"Ada"}`)).status).toBe(400);
    const form = "application/x-www-form-urlencoded";
    expect((await post(form, `name=${"x".repeat(1_000_001)}`)).status).toBe(413);
    expect((await post(form, `name=${"x".repeat(5_001)}`)).status).toBe(400);
    expect((await post(form, "a=1&".repeat(1_001))).status).toBe(400);
    expect((await post(form, `a${"[b]".repeat(20)}=1`)).status).toBe(400);
    expect((await post(form, "name=Ada%20%26%20Bob+Ltd")).status).toBe(200);
  });

  test("has no special names", async () => {
    const body = "metadata[__proto__]=1&metadata[constructor]=2";
    const response = await call("/v1/customers", {
      method: "POST",
      body: new URLSearchParams(body),
    });
    const { metadata } = (await response.json()) as { metadata: object };
    expect(Object.entries(metadata)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  test.each([
    { metadata: { ["k".repeat(41)]: "1" } },
    { metadata: { a: "v".repeat(501) } },
    { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index, "v"])) },
  ])("limits metadata as Stripe does", async (params) => {
    expect((await refusal(context.stripe.customers.create(params))).statusCode).toBe(400);
  });

  test("lets the charges be counted over HTTP", async () => {
    const { stripe, sandbox } = context;
    await stripe.paymentIntents.create({
      amount: 100,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    const response = await sandbox.fetch(`${base}/stripe-sandbox/_sandbox/charges`);
    expect(await response.json()).toEqual(sandbox.journal.charges());
  });

  test("answers 503 once closed", async () => {
    await context.sandbox.close();
    expect((await call("/v1/customers")).status).toBe(503);
  });
});

test.each([
  { callsLeft: 0, because: "of the first thing a request needs" },
  { callsLeft: 1, because: "in the middle of a request" },
])("a defect $because is reported, answered 500 and changes nothing", async ({ callsLeft }) => {
  const defects: unknown[] = [];
  let left = Number.POSITIVE_INFINITY;
  const sandbox = createStripeSandbox({
    onDefect: (error) => defects.push(error),
    randomBytes: (length) => {
      left -= 1;
      if (left < 0) throw new Error("out of entropy");
      return randomBytes(length);
    },
  });
  const stripe = sdkInProcess(sandbox);
  left = callsLeft;
  const error = await refusal(stripe.customers.create({}));
  expect(error).toMatchObject({ statusCode: 500, rawType: "api_error" });
  expect(error.message).not.toContain("entropy");
  expect(defects).toMatchObject([{ message: "out of entropy" }]);
  left = Number.POSITIVE_INFINITY;
  expect((await stripe.customers.list()).data).toEqual([]);
  await sandbox.close();
});
