import type { Breach } from "./breach.ts";

/** What is stored of the numbers above `after`, up to and with `upTo`. */
export interface NumberSpan {
  readonly after: bigint;
  readonly upTo: bigint;
  readonly count: bigint;
  readonly distinctCount: bigint;
  /** The first of them that is missing; null when none is. */
  readonly firstMissing: bigint | null;
  /** The first that was given twice; null when none was. */
  readonly firstDouble: bigint | null;
}

/** A series of numbers within a project. */
export interface NumberSeries {
  readonly invariant: string;
  readonly states: string;
  /** What is numbered. */
  readonly what: string;
}

export const invoiceNumbers: NumberSeries = {
  invariant: "invoice_numbers_have_no_gap",
  states: "A project's invoices are numbered from 1 up to the last number that was taken.",
  what: "invoices",
};

export const creditNoteNumbers: NumberSeries = {
  invariant: "credit_note_numbers_have_no_gap",
  states: "A project's credit notes are numbered from 1 up to the last number that was taken.",
  what: "credit notes",
};

export const eventNumbers: NumberSeries = {
  invariant: "event_numbers_have_no_gap",
  states: "A project's event log is numbered from 1 up to the last number that was given.",
  what: "events",
};

/** What is wrong with the numbers of a span: one line, with the first one that is wrong. */
export function wrongNumbers(
  { invariant, what }: NumberSeries,
  project: string,
  span: NumberSpan,
): Breach[] {
  const { after, upTo, count, distinctCount, firstMissing, firstDouble } = span;
  const due = upTo > after ? upTo - after : 0n;
  if (count === due && distinctCount === due && firstMissing === null) return [];
  const doubles = firstDouble === null ? "" : `, ${firstDouble} is there twice`;
  const missing = firstMissing === null ? "" : `, ${firstMissing} is missing`;
  return [
    {
      invariant,
      kind: "project",
      id: project,
      expected: `${due} ${what}, numbered from ${after + 1n} to ${upTo}`,
      found: `${count} with ${distinctCount} numbers${missing}${doubles}`,
    },
  ];
}
