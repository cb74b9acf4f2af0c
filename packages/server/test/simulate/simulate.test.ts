import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";
import { type Cast, castOf } from "./cast.ts";
import type { PlanTerms } from "./history.ts";
import { type Play, type Played, play } from "./play.ts";
import { historyLines } from "./report.ts";
import { shortest } from "./shrink.ts";

async function played(seed: number, cast: Cast, rules?: Play["rules"]): Promise<Played> {
  const { ownerUrl, drop } = await createTestDatabase();
  try {
    return await play({ ...cast, ownerUrl, seed, ...(rules === undefined ? {} : { rules }) });
  } finally {
    await drop();
  }
}

/** Few customers in few weeks: the long runs are `npm run simulate`. */
const few = { subscriptions: 10, years: 0.15 };
const short = (seed: number) => castOf({ seed, ...few });

describe("what there is of everybody after eight weeks is what the rules say", () => {
  test.each([1, 2])(
    "seed %i",
    async (seed) => {
      const { failure, bills } = await played(seed, short(seed));

      expect(failure).toBeNull();
      expect(bills).toBeGreaterThan(0);
    },
    120_000,
  );

  test("seed 3, which ends in the same books when it is played again", async () => {
    const [once, again] = [await played(3, short(3)), await played(3, short(3))];

    expect(once.failure).toBeNull();
    expect(once.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(again.hash).toBe(once.hash);
  }, 120_000);
});

describe("what is not what the rules say", () => {
  const simulation = { seed: 4, ...few };
  const cast = castOf(simulation);
  const dearer = new Map([...cast.plans].map(([name, plan]) => [name, withDearerFees(plan)]));

  test("is seen, and told by the shortest history of one customer", async () => {
    const playCast = async (part: Cast) => (await played(4, part, dearer)).failure;
    const first = await playCast(cast);
    if (first === null) throw new Error("nobody noticed");

    const shrunk = await shortest(playCast, cast, first);

    if (shrunk === null) throw new Error("nobody failed alone");
    // A fee in arrears shows itself only when its period ends.
    expect(shrunk.life.steps.length).toBeLessThanOrEqual(3);
    expect(shrunk.life.steps.some(({ does }) => does === "subscribe")).toBe(true);
    const lines = historyLines(simulation, shrunk);
    expect(lines.at(-1)).toContain(`--life ${shrunk.life.number} --steps `);
  }, 120_000);
});

/** Dearer than the product was told. */
function withDearerFees(plan: PlanTerms): PlanTerms {
  const prices = plan.prices.map((price) =>
    price.kind === "flat" ? { ...price, amount: `9${price.amount}` } : price,
  );
  return { ...plan, prices };
}

test("the model has at most 500 lines of rules", () => {
  const folder = new URL("model/", import.meta.url);
  const lines = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), "utf8");
    return text.replaceAll(/^import [^;]*;$/gm, "").split("\n");
  });
  const isRule = (line: string) => !/^\s*(\/\/|\/\*|\*|$)/.test(line);

  expect(lines.filter(isRule).length).toBeLessThanOrEqual(500);
});
