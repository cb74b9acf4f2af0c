import { expect, test } from "vitest";
import { canonicalForm, decodeForm, type FormTree } from "./form.ts";

function plain(tree: FormTree): object {
  return Object.fromEntries(
    [...tree].map(([name, value]) => [name, typeof value === "string" ? value : plain(value)]),
  );
}

test.each([
  { text: "a=1&b=2", tree: { a: "1", b: "2" }, because: "names are plain" },
  { text: "a[b]=1&a[c]=2", tree: { a: { b: "1", c: "2" } }, because: "brackets nest" },
  {
    text: "a[0][b]=1&a[1][b]=2",
    tree: { a: { 0: { b: "1" }, 1: { b: "2" } } },
    because: "lists do",
  },
  { text: "a[]=1&a[]=2", tree: { a: { 0: "1", 1: "2" } }, because: "empty brackets append" },
  { text: "a%5Bb%5D=1%262", tree: { a: { b: "1&2" } }, because: "brackets may be encoded" },
  { text: "a=x+y%20z", tree: { a: "x y z" }, because: "a plus is a space" },
  { text: "a=1&a=2", tree: { a: "2" }, because: "the last one counts" },
  { text: "a]b=1&[c]=2", tree: { "a]b": "1", "[c]": "2" }, because: "odd names stay as they are" },
  { text: "", tree: {}, because: "nothing is nothing" },
])("$text: $because", ({ text, tree }) => {
  expect(plain(decodeForm(text))).toEqual(tree);
});

test("the canonical text forgets the order and nothing else", () => {
  const canonical = (text: string) => canonicalForm(decodeForm(text));
  expect(canonical("a=1&b[x]=2&b[y]=3")).toBe(canonical("b[y]=3&a=1&b[x]=2"));
  expect(canonical("a=1&b[x]=2")).not.toBe(canonical("a=1&b[x]=3"));
  expect(canonical("a=1")).not.toBe(canonical("a[0]=1"));
});
