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
export {
  type DifferenceSnapshot,
  differenceSnapshot,
  type ReconciliationSnapshot,
  reconciliationSnapshot,
} from "./snapshot.ts";
