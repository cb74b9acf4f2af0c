import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDataDirectory, defaultDataDir } from "./data-directory.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-data-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("an ordinary user's data lies beside the project", () => {
  expect(defaultDataDir({ cwd: "/srv/shop", uid: 1000 })).toBe("/srv/shop/.farthing");
});

test("root's data lies where PostgreSQL's user can go, apart for each working directory", () => {
  const shop = defaultDataDir({ cwd: "/srv/shop", uid: 0 });
  expect(shop).toMatch(/^\/var\/lib\/farthing\/[0-9a-f]{12}$/);
  expect(defaultDataDir({ cwd: "/srv/shop", uid: 0 })).toBe(shop);
  expect(defaultDataDir({ cwd: "/srv/other", uid: 0 })).not.toBe(shop);
});

test.each([
  { uid: 0, mode: 0o711, because: "PostgreSQL's user has to pass through" },
  { uid: 1000, mode: 0o700, because: "nobody else has any business there" },
])("a directory made by uid $uid has mode $mode: $because", async ({ uid, mode }) => {
  const dataDir = await createDataDirectory(join(folder, "a/b"), uid);
  expect((await stat(dataDir)).mode & 0o777).toBe(mode);
  expect((await stat(dirname(dataDir))).mode & 0o777).toBe(mode);
});

test("a directory that exists keeps its mode", async () => {
  await chmod(folder, 0o750);
  await createDataDirectory(folder, 0);
  expect((await stat(folder)).mode & 0o777).toBe(0o750);
});

test("a directory that cannot be made is refused by name", async () => {
  await writeFile(join(folder, "file"), "");
  const dataDir = join(folder, "file/data");
  await expect(createDataDirectory(dataDir, 1000)).rejects.toMatchObject({
    code: "data_directory_unusable",
    message: expect.stringContaining(dataDir),
  });
});
