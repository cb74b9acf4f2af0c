export {
  type CustomerChanges,
  type CustomerDraft,
  changedCustomer,
  newCustomer,
} from "./change-customer.ts";
export {
  EMAIL_CHARACTERS_MAX,
  EXTERNAL_ID_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  refuseUnfitTestTime,
} from "./check-customer.ts";
export { type Customer, customerNow, refuseOtherCurrency } from "./customer.ts";
export { type CustomerSnapshot, customerSnapshot } from "./snapshot.ts";
