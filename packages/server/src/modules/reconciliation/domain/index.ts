export {
  type Booking,
  chargeDifference,
  type Difference,
  type DifferenceKind,
  differenceKinds,
  refundDifference,
  unmatchedBooking,
} from "./difference.ts";
export {
  DIFFERENCES_KEPT_MAX,
  type Reconciliation,
  type ReconciliationResult,
} from "./reconciliation.ts";
export { differenceSnapshot, reconciliationSnapshot } from "./snapshot.ts";
