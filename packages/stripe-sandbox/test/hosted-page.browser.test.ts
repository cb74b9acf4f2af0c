import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createStripeSandbox,
  type ListeningSandbox,
  listen,
  type StripeSandbox,
} from "../src/index.ts";
import { launchBrowser, unpackedChromium } from "./browser.ts";
import { sdkInProcess } from "./support.ts";

let browser: Browser;
let sandbox: StripeSandbox;
let server: ListeningSandbox;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  let url = "";
  sandbox = createStripeSandbox({ publicUrl: () => `${url}/stripe-sandbox` });
  server = await listen(sandbox, { port: 0 });
  url = server.url;
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

async function newPaymentUrl(): Promise<string> {
  const { url } = await sdkInProcess(sandbox).checkout.sessions.create({
    mode: "payment",
    success_url: `${server.url}/_sandbox/charges?paid={CHECKOUT_SESSION_ID}`,
    line_items: [
      {
        price_data: {
          currency: "jmd",
          unit_amount: 1_169_900,
          product_data: { name: "Shipping platform, a name that is long enough to need to wrap" },
        },
      },
    ],
  });
  return url ?? "";
}

/** Opens the page and gathers whatever the browser complains of. */
async function open(
  url: string,
  options: object = {},
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/policy|violat/i.test(message.text())) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}

async function typeCard(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").pressSequentially(number);
  await page.getByLabel("Expiry").pressSequentially("1240");
  await page.getByLabel("Security code").fill("123");
  await page.getByLabel("Name on card").fill("Ada Example");
}

test("the browser is the pinned one, also where another version was unpacked before", async () => {
  const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const pinned: string = JSON.parse(manifest).devDependencies["@sparticuz/chromium"];
  expect(await unpackedChromium()).toContain(`-${pinned}-`);
  expect(browser.version().split(".")[0]).toBe(pinned.split(".")[0]);
});

describe("a person with a browser", () => {
  test("is declined with 0002, then pays with 4242", async () => {
    const { page, problems } = await open(await newPaymentUrl());
    await typeCard(page, "4000000000000002");
    expect(await page.getByLabel("Card number").inputValue()).toBe("4000 0000 0000 0002");
    expect(await page.getByLabel("Expiry").inputValue()).toBe("12 / 40");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByRole("alert").filter({ hasText: "Your card was declined." }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("number");

    await typeCard(page, "4242424242424242");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.waitForURL(/paid=cs_test_/);
    expect(sandbox.journal.charges()).toMatchObject([
      { status: "failed", amount: 1_169_900 },
      { status: "succeeded", amount: 1_169_900, currency: "jmd" },
    ]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("fills in a test card with one click", async () => {
    const { page } = await open(await newPaymentUrl());
    await page.getByRole("button", { name: /^Use 3782 822463 10005/ }).click();
    await page.keyboard.press("Enter");
    await page.waitForURL(/paid=cs_test_/);
    expect(sandbox.journal.charges()).toMatchObject([{ status: "succeeded" }]);
    await page.context().close();
  });

  test("can pay without scripts, which leaves no dead buttons", async () => {
    const { page } = await open(await newPaymentUrl(), { javaScriptEnabled: false });
    expect(await page.getByRole("button").count()).toBe(1);
    await typeCard(page, "5555 5555 5555 4444");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.waitForURL(/paid=cs_test_/);
    await page.context().close();
  });

  test.each([
    { colorScheme: "light", background: "rgb(243, 244, 248)" },
    { colorScheme: "dark", background: "rgb(15, 17, 24)" },
  ])("has a page that fits a phone, $colorScheme", async ({ colorScheme, background }) => {
    const viewport = { width: 320, height: 640 };
    const { page } = await open(await newPaymentUrl(), { viewport, colorScheme });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(background);
    await page.context().close();
  });
});
