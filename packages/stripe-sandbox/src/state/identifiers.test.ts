import { expect, test } from "vitest";
import { randomText } from "./identifiers.ts";

test("skips the bytes that would make some characters likelier", () => {
  const bytes = [0, 255, 61, 248, 247, 10];
  const source = (length: number) => Uint8Array.from({ length }, () => bytes.shift() ?? 62);
  expect(randomText(source, 5)).toBe("0zzA0");
});
