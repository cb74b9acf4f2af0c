import { invariants } from "#modules/verification/domain/invariants/index.ts";
import type { Breach } from "./breach.ts";
import type { Facts } from "./facts.ts";
import { creditNoteNumbers, eventNumbers, invoiceNumbers } from "./numbers.ts";

/** Every invariant there is, those of a customer's data and those of a project's numbers. */
export const invariantNames: readonly string[] = [
  ...invariants.map(({ name }) => name),
  invoiceNumbers.invariant,
  creditNoteNumbers.invariant,
  eventNumbers.invariant,
];

/** Whatever breaks an invariant, in the invariants' order. */
export function breachesOf(facts: Facts): Breach[] {
  return invariants.flatMap(({ name, find }) =>
    find(facts).map((finding) => ({ invariant: name, ...finding })),
  );
}
