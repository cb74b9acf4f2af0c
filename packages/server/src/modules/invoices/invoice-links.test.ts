import { expect, test } from "vitest";
import { formatOwnedId } from "#kernel/ids.ts";
import { createSecretHasher } from "#platform/crypto/keyed-hash.ts";
import { createInvoiceLinks } from "./invoice-links.ts";

const linksOf = (pepper: string) =>
  createInvoiceLinks("https://billing.example", createSecretHasher(pepper.repeat(32), "link"));
const links = linksOf("a");
const invoice = { customerId: 41n, id: 42n };
const part = links.urlOf(invoice).replace("https://billing.example/pay/", "");

test("a link that was handed out names its invoice", () => {
  expect(links.read(part)).toEqual(invoice);
});

test.each([
  { text: formatOwnedId("invoice", invoice), because: "an id alone proves nothing" },
  { text: `${formatOwnedId("invoice", invoice)}.`, because: "nor does an empty proof" },
  {
    text: part.replace(/^inv_[^.]+/, formatOwnedId("invoice", { ...invoice, id: 43n })),
    because: "it is another invoice's proof",
  },
  { text: `${part}.more`, because: "nothing follows the proof" },
  { text: part.slice(0, -1), because: "a part of it is gone" },
  {
    text: linksOf("b").urlOf(invoice).split("/").at(-1) ?? "",
    because: "another server handed it out",
  },
])("$text names none: $because", ({ text }) => {
  expect(links.read(text)).toBeNull();
});
