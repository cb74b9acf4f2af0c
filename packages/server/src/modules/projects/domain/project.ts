import { assert } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { PaymentTerms } from "#modules/invoices/domain/index.ts";

/** Where nothing is real, or where everything is. */
export type Side = "live" | "sandbox";

/** What the two sides of a product's billing have in common. */
export interface ProjectSettings {
  /** `demo`: lower-case letters, digits and hyphens. Never changes. */
  readonly slug: string;
  readonly name: string;
  /** What keys start with: `<keyPrefix>_live_…`, `<keyPrefix>_test_…`. */
  readonly keyPrefix: string;
  /** Origins that a payer may be sent back to: `https://shop.example`. */
  readonly returnOrigins: readonly string[];
  /** Days after a failed charge at which it is tried again, each counted from the failure. */
  readonly retryDays: readonly number[];
}

/** One side of one product's billing. Its number names both: live is 2n, sandbox is 2n + 1. */
export interface Project extends ProjectSettings {
  readonly projectId: number;
  readonly side: Side;
  /** What holds for customers who have none of their own. */
  readonly paymentTerms: PaymentTerms;
  readonly createdAtMs: EpochMs;
}

export const sides: readonly Side[] = ["live", "sandbox"];

export function sideOf(projectId: number): Side {
  return projectId % 2 === 0 ? "live" : "sandbox";
}

/** The number of one side of product `productNumber`, which counts from 1. */
export function projectIdOf(productNumber: number, side: Side): number {
  assert(Number.isSafeInteger(productNumber) && productNumber > 0, "products are counted from 1");
  return 2 * productNumber + (side === "sandbox" ? 1 : 0);
}

export function productNumberOf(projectId: number): number {
  return Math.floor(projectId / 2);
}

export const RETRIES_MAX = 10;
export const RETRY_DAY_MAX = 60;

/**
 * The days after a failed charge at which it is tried again. Refuses with `retry_schedule_invalid` what
 * is not a rising list of whole days; an empty one gives up after the first failure.
 */
export function retrySchedule(days: readonly number[]): readonly number[] {
  const isFit = (day: number, index: number) =>
    Number.isSafeInteger(day) && day > (days[index - 1] ?? 0) && day <= RETRY_DAY_MAX;
  if (days.length <= RETRIES_MAX && days.every(isFit)) return days;
  throw new BillingError("retry_schedule_invalid", { retry_days: days.slice(0, RETRIES_MAX + 1) });
}

export const RETURN_ORIGINS_MAX = 50;

/**
 * The origins that a payer may be sent back to, as browsers write them, each once. Refuses with
 * `return_origin_invalid` what says more than an origin, or is not of the web.
 */
export function returnOriginsOf(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map(originOf))];
}

function originOf(text: string): string {
  const url = URL.parse(text);
  const isOfWeb = url !== null && (url.protocol === "https:" || url.protocol === "http:");
  if (!isOfWeb || url.href !== `${url.origin}/`) {
    throw new BillingError("return_origin_invalid", { origin: text });
  }
  return url.origin;
}

/** Whether a payer may be sent to this address: its origin is on the project's list. */
export function mayReturnTo(
  { returnOrigins }: Pick<Project, "returnOrigins">,
  url: string,
): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol } = new URL(url);
  return (protocol === "https:" || protocol === "http:") && returnOrigins.includes(origin);
}
