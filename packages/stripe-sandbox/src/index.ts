export type { ChargeJournal, JournaledCharge, JournaledRefund } from "./charge-journal.ts";
export type { Fault, FaultRecord } from "./faults/fault.ts";
export type { FaultPlan } from "./faults/fault-plan.ts";
export { FaultOrderError, readFaults } from "./faults/read-faults.ts";
export {
  type ListeningSandbox,
  type ListenOptions,
  listen,
  requestListener,
} from "./listen.ts";
export type { CardRenewal } from "./payments/change-card.ts";
export { createStripeSandbox, type StripeSandbox, type StripeSandboxOptions } from "./sandbox.ts";
export type { ConfiguredEndpoint } from "./webhooks/configured-endpoints.ts";
export type { Deliver, Delivery } from "./webhooks/dispatcher.ts";
