/** A broken promise of our own code. Never the caller's fault: it answers 500 and is logged whole. */
class Defect extends Error {
  override readonly name = "Defect";
}

/** States what must be true here whatever the caller sent. `because` says why it must. */
export function assert(condition: unknown, because: string): asserts condition {
  if (!condition) throw new Defect(because);
}

/** The branch that the types prove unreachable, checked again where data came from outside. */
export function unreachable(value: never, what: string): never {
  throw new Defect(`unexpected ${what}: ${String(value)}`);
}

/** Narrows away `undefined` and `null` where the code before it has made sure of a value. */
export function present<Value>(value: Value | null | undefined, because: string): Value {
  assert(value !== null && value !== undefined, because);
  return value;
}
