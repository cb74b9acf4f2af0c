import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

test("a program is run to its end, in an environment of its own", async () => {
  const script = 'echo "$HOME$PGPORT$LC_ALL"; echo oops >&2; exit 3';
  expect(await runCommand("/bin/sh", ["-c", script])).toEqual({
    exitCode: 3,
    spawnError: null,
    stdout: "C\n",
    stderr: "oops\n",
  });
});

test("a program that is not there is a result, not an exception", async () => {
  expect(await runCommand("/nowhere/program", [])).toMatchObject({
    exitCode: null,
    spawnError: "ENOENT",
  });
});

test("a user one may not become is a result, not an exception", async () => {
  const runAs = { name: "out of range", uid: 2 ** 31 - 1, gid: -1 };
  const { exitCode, spawnError } = await runCommand("/bin/sh", ["-c", "exit 0"], { runAs });
  expect(exitCode).toBeNull();
  expect(spawnError).toMatch(/^E[A-Z]+$/);
});
