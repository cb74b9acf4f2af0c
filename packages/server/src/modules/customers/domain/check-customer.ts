import type { EpochMs } from "#kernel/clock.ts";
import { isCurrency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { isTimeZone } from "#kernel/interval.ts";
import type { Customer } from "./customer.ts";

/** What is wrong with one part. `path` is a JSON pointer into a customer's native shape. */
export interface CustomerFault {
  readonly path: string;
  readonly message: string;
}

export const NAME_CHARACTERS_MAX = 200;
export const EMAIL_CHARACTERS_MAX = 320;
export const EXTERNAL_ID_CHARACTERS_MAX = 200;

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const TEST_CLOCK_END_MS = Date.UTC(2100, 0, 1);

/**
 * Refuses what no customer can be: `customer_invalid`, which lists every fault as `errors: [{ path,
 * message }]`, `time_zone_unknown` or `currency_unknown`.
 */
export function refuseUnfitCustomer(customer: Customer): void {
  const { timeZone, currency } = customer;
  const errors = customerFaults(customer);
  if (errors.length > 0) throw new BillingError("customer_invalid", { errors });
  if (!isTimeZone(timeZone)) throw new BillingError("time_zone_unknown", { time_zone: timeZone });
  if (currency !== null && !isCurrency(currency)) {
    throw new BillingError("currency_unknown", { currency });
  }
}

/** Refuses, with `time_invalid`, an instant at which no test clock may stand: before 1970, after 2099. */
export function refuseUnfitTestTime(instantMs: EpochMs): void {
  const isFit = Number.isSafeInteger(instantMs) && instantMs >= 0 && instantMs < TEST_CLOCK_END_MS;
  if (!isFit) throw new BillingError("time_invalid", { years: "1970 to 2099" });
}

function customerFaults({ name, email, externalId }: Customer): CustomerFault[] {
  return [
    ...textFaults(name, NAME_CHARACTERS_MAX, "/name"),
    ...(email === null ? [] : emailFaults(email)),
    ...(externalId === null
      ? []
      : textFaults(externalId, EXTERNAL_ID_CHARACTERS_MAX, "/external_id")),
  ];
}

function emailFaults(email: string): CustomerFault[] {
  const isFit = EMAIL.test(email) && email.length <= EMAIL_CHARACTERS_MAX;
  return isFit ? [] : [{ path: "/email", message: "this is not an e-mail address" }];
}

function textFaults(text: string, charactersMax: number, path: string): CustomerFault[] {
  const isFit = text.trim() !== "" && text.length <= charactersMax;
  return isFit ? [] : [{ path, message: `1 to ${charactersMax} characters are needed` }];
}
