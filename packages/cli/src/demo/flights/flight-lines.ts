import type { Colors } from "../../terminal/colors.ts";
import { type Alignment, grouped, tableLines } from "../../terminal/table.ts";
import type { FlightStory } from "./play-flights.ts";

const BAR_WIDTH = 30;

/** A bar for each month, and the totals. */
export function flightLines(story: FlightStory, colors: Colors): string[] {
  const { months, totalMinor, checkMinor, invoices, events, subscriptions, seconds } = story;
  const largest = months.reduce(
    (most, month) => (month.totalMinor > most ? month.totalMinor : most),
    1n,
  );
  const columns: Alignment[] = ["left", "left", "right", "right"];
  const rows = months.map((month) => [
    month.month,
    "█".repeat(Number((month.totalMinor * BigInt(BAR_WIDTH) + largest - 1n) / largest)),
    `${dollars(month.totalMinor)} USD`,
    `${grouped(month.invoices)} invoices`,
  ]);
  return [
    colors.bold(
      `${grouped(story.flights)} flights from ${subscriptions} airports, ${grouped(events)} usage events`,
    ),
    ...tableLines(rows, columns).map((line) => `  ${line}`),
    "",
    ...tableLines(
      [
        ["  billed and charged", `${dollars(totalMinor)} USD`, `on ${grouped(invoices)} invoices`],
        ["  counted again", `${dollars(checkMinor)} USD`, "straight from the file"],
      ],
      ["left", "right", "left"],
    ),
    colors.good(
      "  They agree to the cent, for every airport and month, and with the rail's journal.",
    ),
    colors.quiet(`  ${seconds.toFixed(1)} s`),
  ];
}

function dollars(amountMinor: bigint): string {
  const text = amountMinor.toString().padStart(3, "0");
  return `${grouped(text.slice(0, -2))}.${text.slice(-2)}`;
}
