/**
 * Prints one digest of many periods' starts, the same in every time zone that a process may run in,
 * and how far from UTC this process is.
 */
import { createHash } from "node:crypto";
import { periodStart } from "#kernel/interval.ts";
import { INTERVALS, periodRows, ZONES } from "./period-rows.ts";

const LONG = INTERVALS.filter(({ unit }) => unit !== "day" && unit !== "week");

const hash = createHash("sha256");
for (const zone of ZONES) {
  for (const { anchoring, periods } of periodRows(zone, LONG)) {
    for (let index = 0; index < periods; index += 1)
      hash.update(`${periodStart(anchoring, index)},`);
  }
}
console.log(hash.digest("hex"), new Date(0).getTimezoneOffset());
