import { expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { togetherOrAlone } from "./together-or-alone.ts";

const ITEMS = ["a", "b", "c"];

/** Runs a batch in which `breaks` says what an item comes to. */
async function run(breaks: (item: string) => Error | null, held: readonly string[] = ITEMS) {
  const tried: string[][] = [];
  const defects: unknown[] = [];
  const attempt = async (items: readonly string[]) => {
    tried.push([...items]);
    for (const item of items) {
      const error = breaks(item);
      if (error !== null) throw error;
    }
    return items.length;
  };
  const done = togetherOrAlone<string>({
    async together(took) {
      took(held);
      return attempt(ITEMS);
    },
    alone: (item) => attempt([item]),
    onDefect(error, item) {
      defects.push([item, error]);
      return 0;
    },
  });
  return { outcome: await done.catch((error: unknown) => error), tried, defects };
}

test("a batch that can be done is done at once", async () => {
  expect(await run(() => null)).toEqual({ outcome: 3, tried: [ITEMS], defects: [] });
});

test("where it breaks off each is done alone, and what cannot be is told of", async () => {
  const broken = new RangeError("no such time zone");
  expect(await run((item) => (item === "b" ? broken : null))).toEqual({
    outcome: 2,
    tried: [ITEMS, ["a"], ["b"], ["c"]],
    defects: [["b", broken]],
  });
});

test.each([
  ["a database that is away", new BillingError("database_unavailable", { cause: "gone" })],
  ["a disk that is full", Object.assign(new Error("no space left"), { code: "53100" })],
  ["a lock that is not had", Object.assign(new Error("lock timeout"), { code: "55P03" })],
  ["a server that shuts down", Object.assign(new Error("terminating"), { code: "57P01" })],
  ["a name that is not resolved", Object.assign(new Error("dns"), { code: "EAI_AGAIN" })],
  ["no connection that is free", new Error("timeout exceeded when trying to connect")],
])("no item is blamed for %s", async (_, error) => {
  expect(await run(() => error)).toEqual({ outcome: error, tried: [ITEMS], defects: [] });
});

test("nor for what comes before anything is held", async () => {
  const broken = new Error("broken");
  expect(await run(() => broken, [])).toMatchObject({ outcome: broken, tried: [ITEMS] });
});
