import type { ChaosReport } from "./run.ts";

/** What a run came to, as lines of text. */
export function reportLines({
  payments,
  charges,
  declined,
  confirmed,
  struck,
  checks,
}: ChaosReport): string[] {
  const wide = Math.max(...struck.map(({ fault }) => fault.length));
  return [
    ...struck.map(({ fault, count }) => `${fault.padEnd(wide)}  ${String(count).padStart(7)}`),
    "",
    `${payments} payments, ${charges} charges that succeeded, ${declined} that were declined,`,
    `${confirmed} payments confirmed by the payer at the bank`,
    "",
    ...checks.flatMap(({ name, breaches }) => [
      `${breaches.length === 0 ? "holds " : "BROKEN"}  ${name}`,
      ...breaches.slice(0, 5).map((breach) => `        ${breach}`),
    ]),
  ];
}

export function holds({ checks }: ChaosReport): boolean {
  return checks.every(({ breaches }) => breaches.length === 0);
}
