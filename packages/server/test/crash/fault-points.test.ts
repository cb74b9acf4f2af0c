import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultPoints } from "#kernel/fault-points.ts";

const packages = join(import.meta.dirname, "../../..");

/** Every TypeScript file that ships, with its text. */
const shipped = readdirSync(packages).flatMap((name) => {
  const folder = join(packages, name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .map((path) => ({
      path: join(name, "src", path),
      text: readFileSync(join(folder, path), "utf8"),
    }));
});

test("there are at least forty, and each stands at one place in the code", () => {
  const places = shipped.flatMap(({ text }) =>
    [...text.matchAll(/faultPoint\("([^"]+)"\)/g)].map(([, name]) => String(name)),
  );

  expect(places.length).toBeGreaterThanOrEqual(40);
  expect(places.toSorted()).toEqual(Object.keys(faultPoints).toSorted());
});

test("nothing that ships listens to them", () => {
  const listeners = shipped.filter(({ text }) => /diagnostics_channel|FAULT_CHANNEL/.test(text));

  expect(listeners.map(({ path }) => path)).toEqual([
    join("server", "src", "platform", "faults", "fault-point.ts"),
  ]);
});
