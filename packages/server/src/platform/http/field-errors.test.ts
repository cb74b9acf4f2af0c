import { Type } from "typebox";
import { expect, test } from "vitest";
import { fieldErrors } from "./field-errors.ts";
import { Closed, Literals, Metadata, Nullable } from "./wire.ts";

const Model = Type.Union([
  Closed({ type: Type.Literal("per_unit"), unit_price: Type.String() }),
  Closed({ type: Literals(["graduated", "volume"]), tiers: Type.Array(Type.String()) }),
]);
const Price = Type.Union([
  Closed({ kind: Type.Literal("flat"), amount: Type.String() }),
  Closed({
    kind: Type.Literal("usage"),
    included: Type.Optional(Nullable(Type.String({ pattern: "^\\d+$" }))),
    model: Model,
  }),
]);
const Anchor = Type.Union([Closed({ day: Type.Integer() }), Closed({ at: Type.String() })]);
const Plan = Closed({
  anchor: Type.Optional(Anchor),
  prices: Type.Array(Price, { maxItems: 2 }),
  metadata: Type.Optional(Metadata),
});
const perUnit = { type: "per_unit", unit_price: "1" };
const plan = (...prices: unknown[]) => ({ prices });
const oneOf = (words: string) => `must be one of ${words}`;

test.each([
  {
    because: "the form that kind names counts, and null is not offered for a text",
    value: plan({ kind: "flat", amount: "1" }, { kind: "usage", included: "x", model: perUnit }),
    errors: [["/prices/1/included", "must match pattern"]],
  },
  {
    because: "a nested form is named by its own type",
    value: plan({ kind: "usage", model: { type: "volume", tiers: [1], unit_price: "1" } }),
    errors: [
      ["/prices/0/model/unit_price", "is not a known field"],
      ["/prices/0/model/tiers/0", "must be string"],
    ],
  },
  {
    because: "what is missing is missing in the form that is meant",
    value: plan({ kind: "usage" }),
    errors: [["/prices/0", "must have required properties model"]],
  },
  {
    because: "a word there is not is met by those there are",
    value: plan({ kind: "tax" }, { kind: "usage", model: { type: 7 } }),
    errors: [
      ["/prices/0/kind", oneOf("flat, usage")],
      ["/prices/1/model/type", oneOf("per_unit, graduated, volume")],
    ],
  },
  {
    because: "forms of other fields are not mixed",
    value: { prices: [], anchor: { day: 1, at: "x" } },
    errors: [["/anchor", "must have day or at, and only one of them"]],
  },
  {
    because: "a field says which form is meant",
    value: { prices: [], anchor: { day: "1" } },
    errors: [["/anchor/day", "must be integer"]],
  },
  {
    because: "no form is of this type at all",
    value: { prices: ["flat"], metadata: { "a/b": [] } },
    errors: [
      ["/prices/0", "must be object"],
      ["/metadata/a~1b", "must be string or number or boolean or null"],
    ],
  },
  {
    because: "a list that is too long says so",
    value: plan(1, 2, 3),
    errors: [
      ["/prices", "must not have more than 2 items"],
      ["/prices/0", "must be object"],
      ["/prices/1", "must be object"],
      ["/prices/2", "must be object"],
    ],
  },
])("$because", ({ value, errors }) => {
  expect(fieldErrors(Plan, value)).toEqual(
    errors.map(([path, message]) => ({ path, message: expect.stringContaining(message ?? "") })),
  );
});
