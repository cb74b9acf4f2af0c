import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { resolveBinaries } from "./binaries.ts";
import { type EmbeddedPackage, findEmbeddedPackage } from "./embedded-package.ts";
import type { SystemUser } from "./run-command.ts";
import { findSystemUser } from "./system-user.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };

/** Only root can be somebody else; there are no such cases for others. */
const otherUsers = process.getuid?.() === 0 ? ["nobody"] : [];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-binaries-"));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("npm's binaries are used where they lie", async () => {
  const embedded = await installed();
  const { postgres, majorVersion } = await search({ embedded });
  expect(postgres).toBe(join(embedded.root, "native/bin/postgres"));
  expect(majorVersion).toBe(18);
});

test("library symlinks that no install script made are made now", async () => {
  const embedded = await packageWithoutSymlinks();
  const { postgres } = await search({ embedded });
  expect(postgres).toBe(join(embedded.root, "native/bin/postgres"));
  expect(await readdir(copyDir())).toEqual([]);
});

test.each(otherUsers)(
  "binaries that another user (%s) cannot reach are copied once",
  async (name) => {
    const runAs = await userNamed(name);
    const embedded = await packageWithoutSymlinks();
    await chmod(dirname(embedded.root), 0o700);

    const first = await search({ embedded, runAs });
    const second = await search({ embedded, runAs });

    const copy = `postgres-${embedded.version}-${process.platform}-${process.arch}`;
    expect(first.postgres).toBe(join(copyDir(), copy, "native/bin/postgres"));
    expect(second).toEqual(first);
    expect(await readdir(copyDir())).toEqual([copy]);
  },
);

test.each(otherUsers)("files are linked, save those that another user (%s) owns", async (name) => {
  const runAs = await userNamed(name);
  const embedded = await packageWithoutSymlinks();
  await chmod(dirname(embedded.root), 0o700);
  await chown(join(embedded.root, "native/bin/initdb"), runAs.uid, runAs.gid);

  const { postgres, initdb } = await search({ embedded, runAs });

  expect((await stat(postgres)).nlink).toBe(2);
  expect(await stat(initdb)).toMatchObject({ nlink: 1, uid: 0 });
});

test("without npm's package an installed PostgreSQL is used, found through links", async () => {
  await fakePostgres("real", "postgres (PostgreSQL) 16.4 (Debian 16.4-1)");
  await mkdir(join(folder, "links"));
  await symlink(join(folder, "real/postgres"), join(folder, "links/postgres"));

  const { postgres, majorVersion } = await search({ path: `${folder}/none:${folder}/links` });

  expect(postgres).toBe(join(folder, "real/postgres"));
  expect(majorVersion).toBe(16);
});

test("when nothing runs, every reason is told and the way out is named", async () => {
  await fakePostgres("old", "postgres (PostgreSQL) 14.11");
  await fakePostgres("wrapper", "usage: postgres wrapper");

  const failed = search({ path: `${folder}/old:${folder}/wrapper` });

  await expect(failed).rejects.toMatchObject({
    code: "no_binaries",
    message: expect.stringMatching(
      /DATABASE_URL[^]*omitted[^]*14\.11, too old[^]*wrapper, too old/,
    ),
  });
});

const copyDir = (): string => join(folder, "copies");

async function search(options: { embedded?: EmbeddedPackage; path?: string; runAs?: SystemUser }) {
  await mkdir(copyDir(), { recursive: true });
  const { embedded = null, path = "", runAs = null } = options;
  return resolveBinaries({ embedded, copyDir: copyDir(), path, runAs, log });
}

async function installed(): Promise<EmbeddedPackage> {
  return present(await findEmbeddedPackage(), "npm installs a package for this platform");
}

/** The package as npm unpacks it when install scripts are not run. */
async function packageWithoutSymlinks(): Promise<EmbeddedPackage> {
  const { root, version } = await installed();
  const copy = join(folder, "node_modules/package");
  await cp(root, copy, { recursive: true, filter: async (source) => !isLibraryLink(source) });
  return { root: copy, version };
}

function isLibraryLink(path: string): boolean {
  return /\/lib(ecpg|ecpg_compat|icu\w+|pgtypes|pq)\.(so(\.\d+)?|(\d+\.)?dylib)$/.test(path);
}

async function userNamed(name: string): Promise<SystemUser> {
  return present(await findSystemUser(name), "every system has it");
}

async function fakePostgres(name: string, version: string): Promise<void> {
  const directory = join(folder, name);
  await mkdir(directory);
  await writeFile(join(directory, "postgres"), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
  await copyFile(join(directory, "postgres"), join(directory, "initdb"));
}
