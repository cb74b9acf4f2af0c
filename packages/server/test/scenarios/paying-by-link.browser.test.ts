import { launchBrowser } from "@farthing/stripe-sandbox/test/browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { freePort } from "#test/support/processes/free-port.ts";
import { storyOf } from "#test/support/story.ts";

const PHONE = { viewport: { width: 390, height: 700 }, colorScheme: "dark" } as const;

let browser: Browser;
let shop: TestApp;
beforeAll(async () => {
  const port = await freePort();
  shop = await createTestApp({ publicUrl: `http://127.0.0.1:${port}` });
  await shop.app.http.listen({ port, host: "127.0.0.1" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await shop.stop();
});

async function payWith(page: Page, cardNumber: string): Promise<void> {
  await page.getByLabel("Card number").fill(cardNumber);
  await page.getByLabel("Expiry").fill("12 / 40");
  await page.getByLabel("Security code").fill("123");
  await page.getByLabel("Name on card").fill("Ada Brown");
  await page.getByRole("button", { name: "Pay JMD 12,500.00" }).click();
}

/** What the browser complains of; a declined card is answered 402, which it calls a failure. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (told) => {
    const isDecline = told.text().includes("402");
    if (["error", "warning"].includes(told.type()) && !isDecline) complaints.push(told.text());
  });
  return complaints;
}

test("on a phone, who is sent an invoice pays it at its link, with the second card", async () => {
  const ada = await storyOf(shop).welcome({ clock: null, card: null });
  const lines = [{ description: "Setting <up>", quantity: "2.5", unit_amount: "5000.00" }];
  const body = { customer: ada.id, currency: "JMD", lines, collection: "send", due_days: 14 };
  const { body: invoice } = await shop.call("POST", "/v1/invoices", { body });
  const page = await browser.newPage(PHONE);
  const complaints = complaintsOf(page);

  await page.goto(invoice.payment_url);
  await page.getByRole("heading", { level: 1, name: "Invoice 1" }).waitFor();
  await page.getByRole("row", { name: "Setting <up> Quantity 2.5 12,500.00" }).waitFor();
  const width = await page.evaluate("document.documentElement.scrollWidth");
  await page.getByRole("link", { name: "Pay by card" }).click();
  await payWith(page, "4000 0000 0000 0002");
  await page.getByRole("alert").filter({ hasText: "Your card was declined." }).waitFor();
  const { body: declined } = await shop.call("GET", `/v1/invoices/${invoice.id}`);
  await payWith(page, "4242 4242 4242 4242");
  await page.getByText("Paid on 15 January 2026. Thank you.").waitFor();

  expect(await page.getByRole("link").count()).toBe(0);
  expect([width, complaints]).toEqual([PHONE.viewport.width, []]);
  await shop.settle();
  const { body: paid } = await shop.call("GET", `/v1/invoices/${invoice.id}`);
  expect([declined.status, paid.status]).toEqual(["open", "paid"]);
  expect(await ada.books()).toEqual({
    receivable: 0n,
    "rail:stripe": 1_250_000n,
    revenue: -1_250_000n,
  });
});
