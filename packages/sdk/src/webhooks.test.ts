import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { Farthing, FarthingWebhookError } from "./index.ts";
import type { WebhookHeaders } from "./webhooks.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET = "whsec_Zm9yIHRoZSBvbGQgc2VjcmV0IG9mIHJvdGF0aW9u";
const SENT_AT = new Date("2026-04-01T00:00:10Z");
const MESSAGE_ID = "evt_01jqsomething";

// The invoice is the metered document's: 150 packages and 12 returns on a base of 2,999.00 JMD.
const renewed = {
  event: "subscriptions.renewed",
  data: {
    subscription: { uid: "sub_1", status: "active", meta_data: { merchant_id: "m_é_1" } },
    customer: { first_name: "Ada", last_name: "Brown", email: "ada@shipfast.com" },
    invoice: {
      base_amount: 2999,
      usage_amount: 8700,
      total: 11699,
      usage_charges: [
        { metric: "packages", count: 150, rate: 50, amount: 7500 },
        { metric: "returns", count: 12, rate: 100, amount: 1200 },
      ],
    },
  },
};
const payload = JSON.stringify(renewed);

/** Signs as the reference implementation of Standard Webhooks does. */
function signature(text: string, secret = SECRET, sentAt = SENT_AT): string {
  return new Webhook(secret).sign(MESSAGE_ID, sentAt, text);
}

function headersFor(signatures: string, sentAt = SENT_AT) {
  return {
    "webhook-id": MESSAGE_ID,
    "webhook-timestamp": String(sentAt.getTime() / 1000),
    "webhook-signature": signatures,
  };
}

function verifying(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  { secret = SECRET, secondsLater = 0, toleranceSeconds = 300 } = {},
) {
  const now = () => SENT_AT.getTime() + secondsLater * 1000;
  return Farthing.webhooks.verify(body, headers, secret, { now, toleranceSeconds });
}

describe("an event in the server's own words", () => {
  const paid = {
    id: MESSAGE_ID,
    type: "invoice.paid",
    occurred_at: "2026-04-01T00:00:00.000Z",
    number: 29,
    data: { invoice: { id: "inv_1", total: "11699.00" }, customer: { id: "cus_1" } },
  };
  const text = JSON.stringify(paid);
  const now = () => SENT_AT.getTime();
  const verify = (body: string, dialect: "native" | "metered") =>
    Farthing.webhooks.verify(body, headersFor(signature(body)), SECRET, { now, dialect });

  test("is given as it was sent, and its type narrows what it carries", async () => {
    const headers = headersFor(signature(text));
    const event = await Farthing.webhooks.verify(text, headers, SECRET, { now, dialect: "native" });
    expect(event).toEqual(paid);
    const total: string | null = event.type === "invoice.paid" ? event.data.invoice.total : null;
    expect(total).toBe("11699.00");
  });

  test("is refused when it is signed by another, like any message", async () => {
    const headers = headersFor(signature(text, OTHER_SECRET));
    await expect(
      Farthing.webhooks.verify(text, headers, SECRET, { now, dialect: "native" }),
    ).rejects.toMatchObject({ code: "signature_mismatch" });
  });

  test("is not taken for one of the other dialect, nor the other way round", async () => {
    const refused = { code: "payload_invalid" };
    await expect(verify(text, "metered")).rejects.toMatchObject(refused);
    await expect(verify(payload, "native")).rejects.toMatchObject(refused);
  });
});

describe("a message that is believed", () => {
  const signed = headersFor(signature(payload));

  test("gives its event, its data and its id", async () => {
    const event = await verifying(payload, signed);
    expect(event).toEqual({ id: MESSAGE_ID, ...renewed });
    // The event's name narrows the type: an invoice is there without a cast.
    const total = event.event === "subscriptions.renewed" ? event.data.invoice.total : null;
    expect(total).toBe(11699);
  });

  test.each<{ because: string; headers: WebhookHeaders }>([
    { because: "fetch Headers", headers: new Headers(signed) },
    { because: "Node's lists", headers: { ...signed, "webhook-id": [MESSAGE_ID] } },
    {
      because: "names in capitals",
      headers: Object.fromEntries(
        Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value]),
      ),
    },
  ])("may come with $because", async ({ headers }) => {
    expect((await verifying(payload, headers)).event).toBe("subscriptions.renewed");
  });

  test("may come as bytes, as Node's Buffer or part of a larger one", async () => {
    const bytes = Buffer.from(`..${payload}..`).subarray(2, -2);
    expect((await verifying(new TextEncoder().encode(payload), signed)).id).toBe(MESSAGE_ID);
    expect((await verifying(bytes, signed)).id).toBe(MESSAGE_ID);
  });

  test("may be signed by several secrets while one is rotated", async () => {
    const both = headersFor(`${signature(payload, OTHER_SECRET)} ${signature(payload)}`);
    for (const secret of [SECRET, OTHER_SECRET]) {
      expect((await verifying(payload, both, { secret })).id).toBe(MESSAGE_ID);
    }
  });

  test("may carry signatures of other kinds, which are passed over", async () => {
    const mixed = headersFor(`v1a,AAAA v1,%%% v2,AAAA v1, nonsense ${signature(payload)}`);
    expect((await verifying(payload, mixed)).id).toBe(MESSAGE_ID);
  });

  test("may be checked with a secret that has lost its prefix", async () => {
    const secret = SECRET.slice("whsec_".length);
    expect((await verifying(payload, signed, { secret })).id).toBe(MESSAGE_ID);
  });

  test.each([-300, 300])("may be %i seconds off", async (secondsLater) => {
    expect((await verifying(payload, signed, { secondsLater })).id).toBe(MESSAGE_ID);
  });

  test("is one that the reference implementation believes too", () => {
    const now = new Date(Math.floor(Date.now() / 1000) * 1000);
    const headers = headersFor(signature(payload, SECRET, now), now);
    expect(new Webhook(SECRET).verify(payload, headers)).toEqual(renewed);
    return expect(Farthing.webhooks.verify(payload, headers, SECRET)).resolves.toMatchObject(
      renewed,
    );
  });
});

describe("a message that is refused", () => {
  const signed = headersFor(signature(payload));
  const tampered = payload.replace("11699", "11.99");
  const hourLater = new Date(SENT_AT.getTime() + 3_600_000);

  test.each<{ because: string; code: string; run: () => Promise<unknown> }>([
    {
      because: "its body was changed",
      code: "signature_mismatch",
      run: () => verifying(tampered, signed),
    },
    {
      because: "its body was parsed and written again",
      code: "signature_mismatch",
      run: () => verifying(JSON.stringify(renewed, null, 1), signed),
    },
    {
      because: "its id was changed",
      code: "signature_mismatch",
      run: () => verifying(payload, { ...signed, "webhook-id": "evt_other" }),
    },
    {
      because: "its time was moved to pass as fresh",
      code: "signature_mismatch",
      run: () =>
        verifying(payload, headersFor(signature(payload), hourLater), { secondsLater: 3600 }),
    },
    {
      because: "another secret signed it",
      code: "signature_mismatch",
      run: () => verifying(payload, signed, { secret: OTHER_SECRET }),
    },
    {
      because: "its signature was cut short",
      code: "signature_mismatch",
      run: () => verifying(payload, headersFor(signature(payload).slice(0, -8))),
    },
    {
      because: "it is older than the tolerance",
      code: "timestamp_too_old",
      run: () => verifying(payload, signed, { secondsLater: 301 }),
    },
    {
      because: "it is dated in the future",
      code: "timestamp_too_new",
      run: () => verifying(payload, signed, { secondsLater: -301 }),
    },
    {
      because: "it is older than the caller tolerates",
      code: "timestamp_too_old",
      run: () => verifying(payload, signed, { secondsLater: 11, toleranceSeconds: 10 }),
    },
    {
      because: "its time is no number",
      code: "timestamp_invalid",
      run: () => verifying(payload, { ...signed, "webhook-timestamp": "1e9" }),
    },
    {
      because: "the secret is empty",
      code: "secret_invalid",
      run: () => verifying(payload, signed, { secret: "whsec_" }),
    },
    {
      because: "the secret is not base64",
      code: "secret_invalid",
      run: () => verifying(payload, signed, { secret: "whsec_not base64!" }),
    },
    ...["nonsense", "[]", '{"event":1,"data":{}}', '{"event":"x"}', "\u0000"].map((text) => ({
      because: `it is signed but holds ${JSON.stringify(text)}`,
      code: "payload_invalid",
      run: () => verifying(text, headersFor(signature(text))),
    })),
    ...Object.keys(signed).map((name) => ({
      because: `it has no ${name}`,
      code: "header_missing",
      run: () => verifying(payload, { ...signed, [name]: undefined }),
    })),
  ])("$code when $because", async ({ code, run }) => {
    const error = await run().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FarthingWebhookError);
    expect(error).toMatchObject({ code });
  });

  test("a parsed object is a mistake of the caller", async () => {
    await expect(verifying(renewed as unknown as string, signed)).rejects.toThrow(TypeError);
  });
});
