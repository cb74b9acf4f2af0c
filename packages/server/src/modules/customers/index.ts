import { present } from "#kernel/assert.ts";
import { type Clock, type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId, type NewId } from "#kernel/ids.ts";
import {
  type Customer,
  type CustomerChanges,
  type CustomerDraft,
  changedCustomer,
  newCustomer,
  refuseOtherCurrency,
  refuseUnfitTestTime,
} from "#modules/customers/domain/index.ts";
import { sideOf } from "#modules/projects/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findByName, releaseName, takeName } from "#platform/db/lookup.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { customerCreated } from "./events.ts";
import { emailName, externalIdName, holder } from "./names.ts";
import {
  findCustomer,
  findCustomerByEmail,
  insertCustomer,
  lockCustomer,
  updateCurrency,
  updateCustomerDetails,
  updateTestClock,
} from "./store.ts";

export { customerSnapshot } from "#modules/customers/domain/index.ts";
export { type CustomerWithCredit, withCredit } from "./credit.ts";
export { customerEvents } from "./events.ts";
export { EXTERNAL_ID_KIND } from "./names.ts";
export { findCustomer, findCustomers, listCustomers, lockCustomer } from "./store.ts";

/** What making a customer takes beside what is said of it. */
export interface CustomerMaking {
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Makes a customer. Refuses like `newCustomer`, and with `customer_exists`, whose `customer` names the
 * one that has the external id.
 */
export async function createCustomer(
  tx: Tx,
  making: CustomerMaking,
  draft: CustomerDraft,
): Promise<Customer> {
  const customer = made(tx, making, draft);
  await insert(tx, making, customer);
  return customer;
}

/**
 * The customer with the draft's e-mail address (the oldest, if several share it), made from the draft
 * if there is none. Callers who ask for the same address at once get the same customer.
 */
export async function findOrCreateByEmail(
  tx: Tx,
  making: CustomerMaking,
  draft: CustomerDraft & { readonly email: string },
): Promise<Customer> {
  const known = await findCustomerByEmail(tx, draft.email);
  if (known !== null) return known;

  const customer = made(tx, making, draft);
  const name = emailName(draft.email);
  if (await takeName(tx, name, holder(customer.customerId))) {
    await insert(tx, making, customer);
    return customer;
  }
  const first = present(await findByName(tx, name), "a name that is taken is somebody's");
  return getCustomer(tx, first.customerId);
}

/** Refuses like `changedCustomer`, and with `customer_not_found`. */
export async function updateCustomer(
  tx: Tx,
  customerId: bigint,
  changes: CustomerChanges,
): Promise<Customer> {
  const customer = await lockCustomer(tx, customerId);
  if (customer === null) throw new BillingError("customer_not_found");
  const changed = changedCustomer(customer, changes);
  if (customer.email !== null && customer.email !== changed.email) {
    await releaseName(tx, emailName(customer.email), holder(customerId));
  }
  await updateCustomerDetails(tx, changed);
  return changed;
}

/** Refuses with `customer_not_found`. */
export async function getCustomer(tx: Tx, customerId: bigint): Promise<Customer> {
  const customer = await findCustomer(tx, customerId);
  if (customer === null) throw new BillingError("customer_not_found");
  return customer;
}

/**
 * Moves a customer's test clock to an instant, which may be where it stands. Refuses with
 * `time_invalid`, `customer_not_found`, `test_clock_absent` or, backwards, `clock_not_ahead`.
 */
export async function moveTestClock(tx: Tx, customerId: bigint, toMs: EpochMs): Promise<Customer> {
  refuseUnfitTestTime(toMs);
  const moved = await updateTestClock(tx, customerId, toMs);
  if (moved !== null) return moved;
  const { testClockAtMs } = await getCustomer(tx, customerId);
  if (testClockAtMs === null) throw new BillingError("test_clock_absent");
  throw new BillingError("clock_not_ahead", { now: isoInstant(testClockAtMs) });
}

/**
 * Holds a customer to a currency: the first one decides. Refuses another one with
 * `currency_mismatch`, and with `customer_not_found`.
 */
export async function decideCurrency(
  tx: Tx,
  customerId: bigint,
  currency: Currency,
): Promise<Customer> {
  await updateCurrency(tx, customerId, currency);
  const customer = await getCustomer(tx, customerId);
  refuseOtherCurrency(customer, currency);
  return customer;
}

function made(tx: Tx, { clock, newId }: CustomerMaking, draft: CustomerDraft): Customer {
  const customerId = newId();
  return newCustomer(draft, { customerId, side: sideOf(tx.projectId), serverNowMs: clock.now() });
}

async function insert(tx: Tx, { newId }: CustomerMaking, customer: Customer): Promise<void> {
  if (customer.externalId !== null) await takeExternalId(tx, customer, customer.externalId);
  await insertCustomer(tx, customer);
  await appendToOutbox(tx, [customerCreated(customer, newId())]);
}

async function takeExternalId(tx: Tx, { customerId }: Customer, value: string): Promise<void> {
  const name = externalIdName(value);
  if (await takeName(tx, name, holder(customerId))) return;
  const owner = present(await findByName(tx, name), "an external id that is taken is never freed");
  throw new BillingError("customer_exists", { customer: formatId("customer", owner.customerId) });
}
