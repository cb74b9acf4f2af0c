import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { help, readArguments } from "../src/command/arguments.ts";
import { announcement, serve } from "../src/command/serve.ts";
import { refusal, sdkOverTcp, startCommand } from "./support.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-sandbox-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const fileOf = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Serves what these arguments ask for, in this process. */
async function served(words: readonly string[]) {
  const wanted = readArguments(["--port", "0", ...words]);
  if (wanted === null) throw new Error("help was asked for");
  const serving = await serve(wanted);
  const { port, url } = serving.server;
  return { ...serving, url, stripe: sdkOverTcp(port), text: announcement(serving, wanted) };
}

describe("the command's arguments", () => {
  test("are all in its help and in the README", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const names = help.match(/--[a-z-]+/g) ?? [];
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(readme).toContain(name);
    expect(readArguments(["--help"])).toBeNull();
  });

  test.each([
    { words: ["--port", "http"], message: "--port must be" },
    { words: ["--port", "70000"], message: "--port must be" },
    { words: ["--api-key", "sk_live_1"], message: "sk_test_" },
    { words: ["--webhook-url", "merchant"], message: "--webhook-url must be" },
    { words: ["--webhook-retries", "1,soon"], message: "--webhook-retries must be" },
    { words: ["--faults", "/nowhere.json"], message: "--faults: ENOENT" },
    { words: ["--journey", "x"], message: "--journey" },
    { words: ["serve"], message: "serve" },
  ])("$words are refused", ({ words, message }) => {
    expect(() => readArguments(words)).toThrow(message);
  });

  test.each([
    { text: "[{]", message: "faults.json: " },
    { text: '[{"fault":"flood"}]', message: "`fault` is one of" },
  ])("faults that cannot be read are refused: $text", ({ text, message }) => {
    const path = fileOf("faults.json", text);
    expect(() => readArguments(["--faults", path])).toThrow(message);
  });
});

describe("the command", () => {
  test("says what to set, and that is what works", async () => {
    const { text, url, stripe, sandbox, close } = await served([
      "--api-key=sk_test_sandbox",
      "--webhook-secret=whsec_mine",
      "--webhook-url=http://127.0.0.1:9/hook",
    ]);
    expect(text.split("\n")[0]).toBe(`Stripe sandbox listening on ${url}`);
    expect(text).toContain(`  STRIPE_API_BASE=${url}\n  STRIPE_SECRET_KEY=sk_test_sandbox\n`);
    expect(text).toContain("  STRIPE_WEBHOOK_SECRET=whsec_mine\n");
    await stripe.customers.create({ name: "Ada" });
    const other = sdkOverTcp(Number(new URL(url).port), "sk_test_other");
    expect((await refusal(other.customers.list())).statusCode).toBe(401);
    expect(sandbox.webhookEndpoints()).toMatchObject([{ url: "http://127.0.0.1:9/hook" }]);
    await close();
  });

  test("points to pages where it listens, and lets faults be ordered", async () => {
    const faults = fileOf("faults.json", '[{"fault":"rate_limit","on":"GET /v1/customers"}]');
    const { url, stripe, sandbox, close } = await served(["--faults", faults]);
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      success_url: "https://shop.example/done",
    });
    expect(session.url).toBe(`${url}/pay/${session.id}`);
    expect((await refusal(stripe.customers.list())).statusCode).toBe(429);
    const headers = { authorization: "Bearer sk_test_any" };
    const answer = await fetch(`${url}/_sandbox/faults`, { method: "DELETE", headers });
    expect(answer.status).toBe(200);
    expect(sandbox.faults.list()).toEqual([]);
    await close();
  });

  test("does not start on a port that is taken", async () => {
    const first = await served([]);
    const port = String(first.server.port);
    await expect(served(["--port", port])).rejects.toThrow("EADDRINUSE");
    await first.close();
  });

  test("keeps its webhook secret and its faults through a kill, and stops when told", async () => {
    const words = ["--journal", join(folder, "journal.jsonl"), "--webhook-url", "http://x.test/"];
    const first = await startCommand(words);
    const { id } = await first.stripe.customers.create({ name: "Ada" });
    await fetch(`${first.url}/_sandbox/faults`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_any" },
      body: JSON.stringify({ fault: "rate_limit", on: "POST /v1/refunds", skip: 3 }),
    });
    const secretOf = (lines: readonly string[]) => lines.find((line) => line.includes("whsec_"));
    expect(await first.stop("SIGKILL")).toBeNull();

    const second = await startCommand(words);
    expect(secretOf(second.lines)).toBe(secretOf(first.lines));
    expect(secretOf(second.lines)).toMatch(/whsec_\w{32}/);
    expect(await second.stripe.customers.retrieve(id)).toMatchObject({ name: "Ada" });
    const headers = { authorization: "Bearer sk_test_any" };
    const shown = await (await fetch(`${second.url}/_sandbox/faults`, { headers })).json();
    expect(shown).toMatchObject({ data: [{ order: { skip: 3 }, hitCount: 0 }] });
    expect(await second.stop("SIGTERM")).toBe(0);
  });
});
