export { BackupFault } from "./backup-fault.ts";
export { listFilledTables } from "./catalog.ts";
export { loadBackup } from "./load-backup.ts";
export { emptyDatabase, listOtherSessions, withOwner } from "./place.ts";
export { type CheckedBackup, checkBackup } from "./read-backup.ts";
export { type WrittenBackup, writeBackup } from "./write-backup.ts";
