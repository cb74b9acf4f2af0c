/**
 * Undoes the transaction and runs its work again from the start, as PostgreSQL has it done by an error
 * with the same code: what had changed since it looked is known then.
 */
export class StartAnew extends Error {
  override readonly name = "StartAnew";
  readonly code = "40001";
}
