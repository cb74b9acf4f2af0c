import { describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { deferred } from "#test/support/deferred.ts";
import { everyLane, everyTurn } from "./every-turn.ts";

const broken = new Error("broken");
const away = new BillingError("database_unavailable", { cause: "gone" });

/** Pieces of work that answer these counts or throw these errors, and how many of them were begun. */
function worksOf(outcomes: readonly (number | Error)[]) {
  const begun: (number | Error)[] = [];
  const works = outcomes.map((outcome) => async () => {
    begun.push(outcome);
    if (typeof outcome === "number") return outcome;
    throw outcome;
  });
  return { begun, works };
}

describe("one after the other", () => {
  test("what they did is added up", async () => {
    expect(await everyTurn(worksOf([1, 0, 4]).works)).toBe(5);
  });

  test("what breaks off is thrown when the others have had their turn", async () => {
    const { begun, works } = worksOf([1, broken, 4]);
    await expect(everyTurn(works)).rejects.toBe(broken);
    expect(begun).toEqual([1, broken, 4]);
  });

  test("several errors are thrown as one", async () => {
    const other = new Error("broken too");
    await expect(everyTurn(worksOf([broken, 2, other]).works)).rejects.toMatchObject({
      errors: [broken, other],
    });
  });

  test("a database that is away ends it at once, and is what is thrown", async () => {
    const { begun, works } = worksOf([broken, away, 4]);
    await expect(everyTurn(works)).rejects.toBe(away);
    expect(begun).toEqual([broken, away]);
  });
});

describe("in lanes", () => {
  test("one that breaks off is thrown when the other has ended, and not before", async () => {
    const other = deferred<number>();
    const order: string[] = [];
    const lanes = [
      async () => {
        order.push("broke off");
        throw broken;
      },
      () => other.promise.finally(() => order.push("ended")),
    ].values();
    const all = everyLane(2, async () => lanes.next().value?.() ?? 0);
    const thrown = all.catch((error: unknown) => {
      order.push("thrown");
      return error;
    });
    setImmediate(() => other.resolve(3));

    expect(await thrown).toBe(broken);
    expect(order).toEqual(["broke off", "ended", "thrown"]);
  });
});
