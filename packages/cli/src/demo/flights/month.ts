/** A calendar month in UTC, as `2001-03`. */
export type Month = string;

export function monthOf(instantMs: number): Month {
  return new Date(instantMs).toISOString().slice(0, 7);
}

export function monthStartMs(month: Month): number {
  return Date.parse(`${month}-01T00:00:00Z`);
}

export function monthAfter(month: Month): Month {
  const start = new Date(monthStartMs(month));
  return monthOf(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
}

/** Every month from the first to the last, both included. */
export function monthsBetween(first: Month, last: Month): Month[] {
  const months = [first];
  for (let month = first; month < last; ) {
    month = monthAfter(month);
    months.push(month);
  }
  return months;
}
