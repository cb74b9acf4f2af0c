import { describe, expect, test } from "vitest";
import { configVariables, readConfig } from "./config.ts";

describe("the environment", () => {
  test("may be empty", () => {
    expect(readConfig({})).toMatchObject({
      role: "all",
      publicUrl: "http://127.0.0.1:4242",
      databaseUrl: null,
      stripe: null,
      webhookPrivateAddresses: "allow",
    });
  });

  test.each([
    { host: "0.0.0.0", url: "http://127.0.0.1:4300" },
    { host: "billing.internal", url: "http://billing.internal:4300" },
    { host: "::1", url: "http://[::1]:4300" },
    { host: "::", url: "http://[::1]:4300" },
  ])("makes $url of HOST=$host", ({ host, url }) => {
    expect(readConfig({ HOST: host, PORT: "4300" }).publicUrl).toBe(url);
  });

  test("gives a public address without the slash at its end", () => {
    const { publicUrl } = readConfig({ FARTHING_PUBLIC_URL: "https://pay.example.com/" });
    expect(publicUrl).toBe("https://pay.example.com");
  });

  test("keeps webhooks out of the network once others can reach the server", () => {
    expect(readConfig({ HOST: "0.0.0.0" }).webhookPrivateAddresses).toBe("refuse");
  });
});

test("a token may send a generous number of requests, or any number", () => {
  expect(readConfig({}).requestsPerTokenMax).toBe(10_000);
  expect(readConfig({ FARTHING_RATE_LIMIT: "0" }).requestsPerTokenMax).toBeNull();
});

describe("a setting that cannot be used", () => {
  test.each([
    { set: { PORT: "0" }, says: "PORT is a whole number from 1 to 65535, not 0" },
    { set: { PORT: "4e3" }, says: "PORT is a whole number from 1 to 65535, not 4e3" },
    { set: { FARTHING_ROLE: "boss" }, says: "FARTHING_ROLE is one of all, api, worker, not boss" },
    { set: { DATABASE_URL: "mysql://x" }, says: "DATABASE_URL has to start with postgres://" },
    { set: { FARTHING_PUBLIC_URL: "ftp://x" }, says: "FARTHING_PUBLIC_URL is no web address" },
    { set: { FARTHING_SECRET_KEY: "short" }, says: "has at least 32 characters" },
    { set: { STRIPE_SECRET_KEY: "sk_live_1" }, says: "needs STRIPE_WEBHOOK_SECRET beside it" },
    {
      set: { FARTHING_STRIPE_SANDBOX_URL: "http://x" },
      says: "needs FARTHING_STRIPE_SANDBOX_SECRET beside it",
    },
  ])("is named: $says", ({ set, says }) => {
    expect(() => readConfig(set)).toThrow(says);
  });
});

test("every variable is documented once", () => {
  const names = configVariables.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
