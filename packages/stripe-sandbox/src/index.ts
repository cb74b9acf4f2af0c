export type { ChargeJournal, JournaledCharge } from "./charge-journal.ts";
export {
  type ListeningSandbox,
  type ListenOptions,
  listen,
  requestListener,
} from "./listen.ts";
export { createStripeSandbox, type StripeSandbox, type StripeSandboxOptions } from "./sandbox.ts";
export type { ConfiguredEndpoint } from "./webhooks/configured-endpoints.ts";
export type { Deliver, Delivery } from "./webhooks/dispatcher.ts";
