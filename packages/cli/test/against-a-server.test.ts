import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFor } from "../src/connection.ts";
import { playFlights } from "../src/demo/flights/play-flights.ts";
import { playShipping, type ShippingStory } from "../src/demo/shipping/play-shipping.ts";
import { startWebhookReceiver } from "../src/demo/shipping/webhook-receiver.ts";
import { startThrowAwayServer, type ThrowAwayServer } from "../src/demo/throw-away-server.ts";
import { farthing, startCommand } from "./run-command.ts";
import { openShop } from "./shop.ts";

let server: ThrowAwayServer;
let folder: string;
let story: ShippingStory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-cli-"));
  server = await startThrowAwayServer(() => {});
  story = await playShipping(server, () => {});
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) =>
  farthing(args, { FARTHING_URL: server.url, FARTHING_TOKEN: server.token });

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe("the demo", () => {
  test("bills the shipping platform's month", () => {
    expect(story.invoice).toMatchObject({
      base_amount: "2999.00",
      usage_amount: "8700.00",
      total: "11699.00",
      status: "paid",
      currency: "JMD",
    });
    expect(story.explanations.map(({ formula }) => formula)).toEqual([
      "2999 = 2999.00",
      "150 × 50 = 7500",
      "12 × 100 = 1200",
    ]);
    expect(story.duplicatesIgnored).toBe(115);
    expect(story.webhooks.toSorted()).toEqual([
      "subscriptions.activated",
      "subscriptions.payment_succeeded",
      "subscriptions.renewed",
    ]);
  });

  test("bills flights of an unsorted file, and again those of another", async () => {
    const dates = ["2001-02-28T23:59:59Z", "2001/01/01 00:00", "2001-03-31", "2001/01/31 23:59"];
    const rows = ["DTW", "LAS"].flatMap((origin, index) =>
      dates.map((date) => JSON.stringify({ date, distance: 10_000 * (index + 1), origin })),
    );
    const path = await fileOf("flights.jsonl", rows.join("\n"));
    const { signal } = new AbortController();
    for (let time = 1; time <= 2; time += 1) {
      // DTW in January: 2 flights at 4.50 and 20,000 miles at 0.0067125; and so on, by hand.
      expect(await playFlights(server, path, signal)).toMatchObject({
        flights: 8,
        events: 16,
        subscriptions: 2,
        invoices: 6,
        totalMinor: 14325n + 8700n * 2n + 27750n + 13875n * 2n,
        checkMinor: 14325n + 8700n * 2n + 27750n + 13875n * 2n,
      });
    }
  }, 60_000);
});

describe("farthing explain", () => {
  test("shows how a line came about, and its events when asked", async () => {
    const { exitCode, stdout } = await run("explain", story.invoice.id, "3", "--events");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("12 × 100 = 1200");
    expect(stdout).toContain("Computed again from its events it is 1200.00 JMD, as billed.");
    expect(stdout.match(/returns-\d+$/gm)).toHaveLength(12);
  });

  test("prints JSON, with every event", async () => {
    const { stdout } = await run("explain", story.invoice.id, "2", "--events", "--json");
    const explanation = JSON.parse(stdout) as { events: readonly unknown[] };
    expect(explanation).toMatchObject({ billed: "7500.00", holds: true });
    expect(explanation.events).toHaveLength(150);
  });

  test("says what the server says of a line that is not there", async () => {
    const { exitCode, stderr } = await run("explain", story.invoice.id, "9");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "invoice_line_not_found: The invoice has no line with this number.\n",
    });
  });
});

describe("farthing verify", () => {
  test("finds that all holds that the demos have written", async () => {
    const { exitCode, stdout } = await run("verify", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ holds: true, breach_count: 0, breaches: [] });
    expect(JSON.parse(stdout).checked.invoices).toBeGreaterThan(0);
  });

  test("ends with 2 where it could not look", async () => {
    const { exitCode, stderr } = await farthing(["verify", "--url", "https://billing.example"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("There is no access token for https://billing.example.");
  });
});

test("farthing clock advance knows a customer by either id", async () => {
  const client = clientFor(server);
  const body = { name: "Ada", external_id: "ada-1", test_clock: { now: "2026-01-01T00:00:00Z" } };
  const { id } = await client.request<{ id: string }>("POST", "/v1/customers", { body });
  const first = await run("clock", "advance", "ada-1", "--to", "2026-02-01");
  expect(first.stdout).toBe(`${id} is now at 2026-02-01T00:00:00.000Z\n`);
  const back = await run("clock", "advance", id, "--to", "2026-01-15T00:00:00Z");
  expect(back).toMatchObject({ exitCode: 1, stdout: "" });
  expect(back.stderr).toMatch(/^clock_not_ahead: /);
});

test("farthing project: its retry schedule is shown and set", async () => {
  const { stdout: shown } = await run("project", "show");
  expect(shown).toMatch(/^retries after days +1, 3, 5, 7$/m);
  expect(shown).toMatch(/^invoices are +charged to a card$/m);
  const changed = await run("project", "set", "--retry-days", "2,4", "--json");
  expect(JSON.parse(changed.stdout)).toMatchObject({ retry_days: [2, 4] });
  const refused = await run("project", "set", "--retry-days", "4,2");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^retry_schedule_invalid: /);
  expect((await run("project", "set", "--retry-days", "1,3,5,7")).exitCode).toBe(0);
});

test("farthing keys: made, listed, rotated, revoked", async () => {
  const made = await run(
    "keys",
    "create",
    "nightly",
    "--scope",
    "usage:write",
    "--expires",
    "2099-01-01",
    "--json",
  );
  const { id, token, expires_at } = JSON.parse(made.stdout) as Record<
    "id" | "token" | "expires_at",
    string
  >;
  expect(expires_at).toBe("2099-01-01T00:00:00.000Z");
  expect(token).toMatch(/^farthing_test_/);
  const rotated = await run("keys", "rotate", id, "--overlap", "60");
  expect(rotated.stdout).toMatch(/^farthing_test_\w+\.\S+\n$/);
  expect(rotated.stderr).toContain("never again");
  expect((await run("keys", "revoke", id, "--yes")).stdout).toBe(`${id} (nightly) is revoked.\n`);
  expect((await run("keys", "list")).stdout).toMatch(new RegExp(`^${id} +nightly +revoked `, "m"));
});

describe("farthing listen", () => {
  test("forwards the log from a number on, signed, until Ctrl-C", async () => {
    const receiver = await startWebhookReceiver();
    const secret = `whsec_${"A".repeat(43)}=`;
    receiver.trust(secret);
    const { data } = await clientFor(server).request<{
      data: readonly { data: { subscription?: { id: string } } }[];
    }>("GET", "/v1/events", { query: { types: "subscription.renewed" } });
    const uid = data[0]?.data.subscription?.id ?? "";
    const args = ["--forward-to", receiver.url, "--dialect", "metered", "--after", "0"];
    const listening = startCommand(
      ["listen", ...args, "--types", "subscription.renewed,customer.created", "--secret", secret],
      { FARTHING_URL: server.url, FARTHING_TOKEN: server.token },
    );
    await receiver.waitFor("subscriptions.renewed", uid);
    listening.child.kill("SIGINT");
    const { exitCode, stdout, stderr } = await listening.ended;
    await receiver.close();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+ {2}subscriptions\.renewed {2}evt_\w{26} {2}204 {2}\d+ ms$/m);
    expect(stdout).not.toContain("customer.created");
    expect(stderr).toMatch(/^Go on from here with --after \d+$/m);
  });

  test("names the types there are, before it connects, where one is not among them", async () => {
    const args = ["--forward-to", "http://127.0.0.1:1/", "--types", "invoice.paid,invoice.payed"];
    const { exitCode, stderr } = await run("listen", "--url", "http://127.0.0.1:1", ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("no events of the type invoice.payed");
    expect(stderr).toMatch(/^There are .*customer\.created, .*invoice\.paid, /m);
  });
});

describe("farthing usage import", () => {
  const summary = ({ stdout }: { stdout: string }) =>
    JSON.parse(stdout) as Readonly<Record<string, unknown>>;

  const shop = (externalId: string) =>
    openShop(clientFor(server), externalId, { isOnTestClock: true });

  test("records what is good, tells what is not, and counts nothing twice", async () => {
    await shop("shop-1");
    const row = { customer: "shop-1", metric: "packages", quantity: 2 };
    const lines = [
      JSON.stringify(row),
      JSON.stringify(row),
      "nonsense",
      JSON.stringify({ ...row, metric: "parcels", reference_id: "p1" }),
      JSON.stringify({ ...row, quantity: "0.5", occurred_at: "2026-01-01T00:00:00Z" }),
    ];
    const path = await fileOf("usage.jsonl", lines.join("\r\n"));
    const first = await run("usage", "import", path, "--json");
    expect(first.exitCode).toBe(1);
    const rejectsPath = `${path}.rejects.jsonl`;
    expect(summary(first)).toMatchObject({
      rows: 5,
      recorded: 3,
      duplicates: 0,
      rejected: 2,
      rejects_file: rejectsPath,
    });
    const rejects = (await readFile(rejectsPath, "utf8")).trimEnd().split("\n");
    expect(rejects.map((line) => JSON.parse(line) as unknown)).toEqual([
      { line: 3, code: "json_invalid", message: expect.any(String), row: "nonsense" },
      {
        line: 4,
        code: "usage_metric_unknown",
        message: "The subscription's plan has no such metric.",
        row: { ...row, quantity: "2", metric: "parcels", reference_id: "p1" },
      },
    ]);
    const again = await run("usage", "import", path, "--json");
    expect(summary(again)).toMatchObject({ recorded: 0, duplicates: 3, rejected: 2 });
  });

  test("reads zipped CSV, ends with 0 when all is well, and takes old rejects away", async () => {
    await shop("shop-2");
    const rows = Array.from({ length: 2_500 }, (_, index) => `shop-2,packages,1,"order, ${index}"`);
    const content = ["\ufeffcustomer,metric,quantity,reference_id", ...rows].join("\r\n");
    const path = await fileOf("usage.csv.gz", gzipSync(content));
    await fileOf("usage.csv.gz.rejects.jsonl", "old\n");
    const { exitCode, stdout } = await run("usage", "import", path);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^recorded +2,500$/m);
    await expect(readFile(`${path}.rejects.jsonl`)).rejects.toThrow("ENOENT");
  });

  test("says of a file that was cut off that it is, having read what is there", async () => {
    const zipped = gzipSync('{"customer":"shop-2","metric":"packages","quantity":1}\n');
    const path = await fileOf("cut-off.jsonl.gz", zipped.subarray(0, -9));
    const { exitCode, stderr } = await run("usage", "import", path);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the .gz file is damaged or cut off");
  });

  test("stops with a word on how to go on when the token is not taken", async () => {
    const path = await fileOf(
      "one.jsonl",
      '{"customer":"shop-2","metric":"packages","quantity":1}',
    );
    const unknown = `farthing_test_${"0".repeat(26)}.secret`;
    const { exitCode, stderr } = await run("usage", "import", path, "--token", unknown);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Stopped after 0 rows. Import the file again to go on");
    expect(stderr).toContain("access_token_invalid");
  });
});

describe("farthing plan", () => {
  test("shows what another version costs each, moves them when agreed to, and takes it back", async () => {
    const client = clientFor(server);
    const prices = (amount: string) => [{ kind: "flat", name: "Fee", billed: "arrears", amount }];
    const plan = { name: "Team", currency: "USD", interval: { unit: "month" } };
    const post = (path: string, body: object) =>
      client.request<{ id: string }>("POST", path, { body });
    const { id } = await post("/v1/plans", { ...plan, prices: prices("10.00") });
    for (const name of ["Ada", "Bob"]) {
      const customer = await post("/v1/customers", { name });
      await post(`/v1/customers/${customer.id}/payment_methods`, { token: "pm_card_visa" });
      await post("/v1/subscriptions", { customer: customer.id, plan: id });
    }
    await post(`/v1/plans/${id}/versions`, { ...plan, prices: prices("12.50") });

    const shown = await run("plan", "migrate", id);
    const migration = /mig_\w+/.exec(shown.stdout)?.[0] ?? "";
    expect(shown.stdout).toMatch(/Ada +10\.00 +12\.50 +0\.00/);
    expect(shown.stdout).toMatch(/^2 together +20\.00 +25\.00 .*USD$/m);
    expect(shown.stderr).toContain(`farthing plan migration ${migration} --yes`);
    const moved = await run("plan", "migration", migration, "--yes");
    expect(moved.stdout).toContain("(completed)");
    expect(moved.stdout).toMatch(/^2 +hold the other version/m);
    const undone = await run("plan", "migration", migration, "--undo", "--yes", "--json");
    expect(JSON.parse(undone.stdout)).toMatchObject({
      status: "undone",
      progress: { returned: 2, moved: 0, left: 0 },
    });
  });
});
