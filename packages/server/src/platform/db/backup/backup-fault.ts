/** Why a backup or a restore cannot go on, in words for the person who asked for it. */
export class BackupFault extends Error {
  override readonly name = "BackupFault";
}
