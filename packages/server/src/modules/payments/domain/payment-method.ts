import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { RailName } from "./payment.ts";

/** A saved card. Its number is the rail's alone; what is kept here tells it from another. */
export interface PaymentMethod extends OwnedId {
  readonly rail: RailName;
  readonly railRef: string;
  /** `visa`, `mastercard`, …: the rail's own word. */
  readonly brand: string;
  readonly last4: string;
  /** 1 to 12. */
  readonly expMonth: number;
  readonly expYear: number;
  /** The one that is charged. */
  readonly isDefault: boolean;
  readonly createdAtMs: EpochMs;
}
