import { hasValidCheckDigit } from "../cards/luhn.ts";
import { findCardByNumber, type TestCard } from "../cards/test-cards.ts";
import type { CardEntry } from "../checkout/complete-session.ts";
import { emptyAddress } from "../objects/address.ts";
import type { FormTree } from "../wire/form.ts";
import { isCountry } from "./countries.ts";

export const fieldNames = ["number", "expiry", "cvc", "name", "country", "postal_code"] as const;
export type FieldName = (typeof fieldNames)[number];

/** What was typed, and what is wrong with it, by field. */
export type Typed = Readonly<Record<FieldName, string>>;
export type FieldErrors = Readonly<Partial<Record<FieldName, string>>>;

export type CardReading =
  | { readonly entry: CardEntry }
  | { readonly entry: null; readonly errors: FieldErrors };

const textLengthMax = 200;

export function readTyped(form: FormTree): Typed {
  const typed = Object.fromEntries(fieldNames.map((name) => [name, textOf(form, name)]));
  return typed as Typed;
}

function textOf(form: FormTree, name: FieldName): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim().slice(0, textLengthMax) : "";
}

/** The card that was typed, or what to say at each field. Only public test cards are accepted. */
export function readCard(typed: Typed, nowMs: number): CardReading {
  const number = typed.number.replace(/[\s-]/g, "");
  const card = findCardByNumber(number);
  const expiry = parseExpiry(typed.expiry);
  const wrong: Partial<Record<FieldName, string | null>> = {
    number: numberError(number, card),
    expiry: expiryError(typed.expiry, expiry, nowMs),
    cvc: cvcError(typed.cvc, card),
    name: typed.name === "" ? "Enter the name on the card." : null,
    country: typed.country === "" || isCountry(typed.country) ? null : "Choose a country.",
  };
  const errors = Object.entries(wrong).filter(([, message]) => message !== null);
  if (errors.length > 0 || card === undefined || expiry === null) {
    return { entry: null, errors: Object.fromEntries(errors) as FieldErrors };
  }
  return {
    entry: {
      cardNumber: card.number,
      expiryMonth: expiry.month,
      expiryYear: expiry.year,
      billingDetails: {
        address: {
          ...emptyAddress,
          country: typed.country || null,
          postal_code: typed.postal_code || null,
        },
        email: null,
        name: typed.name,
        phone: null,
      },
    },
  };
}

function numberError(number: string, card: TestCard | undefined): string | null {
  if (card !== undefined) return null;
  if (number === "") return "Enter the card number.";
  if (!/^\d{12,19}$/.test(number) || !hasValidCheckDigit(number)) {
    return "This card number is not valid. Check the digits.";
  }
  return "This is not a test card. Use one from the list: real cards are refused and never kept.";
}

type Expiry = { readonly month: number; readonly year: number };

/** `12/34`, `12 / 2034`, `1234`; null for anything else. */
function parseExpiry(text: string): Expiry | null {
  const match =
    /^(\d{1,2})\s*[/.\s-]\s*(\d{2}|\d{4})$/.exec(text) ?? /^(\d{2})(\d{2}|\d{4})$/.exec(text);
  if (match === null) return null;
  const [, month = "", year = ""] = match;
  return { month: Number(month), year: year.length === 2 ? 2_000 + Number(year) : Number(year) };
}

function expiryError(text: string, expiry: Expiry | null, nowMs: number): string | null {
  if (text === "") return "Enter the expiry date.";
  if (expiry === null || expiry.month < 1 || expiry.month > 12) {
    return "This expiry date is not valid. Write it as MM / YY.";
  }
  const now = new Date(nowMs);
  const monthsLeft =
    (expiry.year - now.getUTCFullYear()) * 12 + expiry.month - (now.getUTCMonth() + 1);
  if (monthsLeft < 0) return "This card has expired: its date is in the past.";
  return monthsLeft > 50 * 12 ? "This expiry year is too far away." : null;
}

function cvcError(cvc: string, card: TestCard | undefined): string | null {
  if (cvc === "") return "Enter the security code.";
  const isValid = card === undefined ? /^\d{3,4}$/ : card.brand === "amex" ? /^\d{4}$/ : /^\d{3}$/;
  if (isValid.test(cvc)) return null;
  return card?.brand === "amex"
    ? "This security code is not valid. American Express has 4 digits."
    : "This security code is not valid. It has 3 digits.";
}
