import { expect, test } from "vitest";
import { hasValidCheckDigit } from "./luhn.ts";
import { findCardByNumber, findCardByToken, testCards } from "./test-cards.ts";

test("every test card has a valid check digit and is found by all its names", () => {
  for (const card of testCards) {
    expect(hasValidCheckDigit(card.number)).toBe(true);
    expect(findCardByNumber(card.number)).toBe(card);
    for (const name of card.names) expect(findCardByToken(`pm_card_${name}`)).toBe(card);
  }
});

test.each(["4242424242424241", "4000000000000020", "1"])("%s has a wrong check digit", (number) => {
  expect(hasValidCheckDigit(number)).toBe(false);
});
