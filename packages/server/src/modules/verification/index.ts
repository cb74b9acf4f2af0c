export type { Breach, Checked } from "#modules/verification/domain/index.ts";
export { countCustomers } from "./paging-store.ts";
export {
  type Place,
  type RailJournal,
  START,
  type VerifiedPage,
  verifyCustomers,
  verifyNumbers,
  verifyPage,
} from "./verify.ts";
export { type ProjectVerdict, verifyProject } from "./verify-project.ts";
