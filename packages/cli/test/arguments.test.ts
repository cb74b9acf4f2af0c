import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { farthing } from "./run-command.ts";

const TOKEN = `farthing_test_${"0".repeat(26)}.secret`;
/** Port 1 is the port multiplexer's: nothing listens there, so connections are refused at once. */
const nowhere = { FARTHING_URL: "http://127.0.0.1:1", FARTHING_TOKEN: TOKEN };

describe.concurrent("arguments that cannot be used end with 2 and say why", () => {
  test.each([
    { args: ["frobnicate"], says: "unknown command 'frobnicate'" },
    { args: ["explain", "inv_1"], says: "missing required argument 'line'" },
    { args: ["explain", "inv_1", "0"], says: "LINE is a number from 1" },
    { args: ["explain", "inv_1", "1", "--colour"], says: "unknown option '--colour'" },
    { args: ["clock", "advance", "acme"], says: "required option '--to <instant>'" },
    { args: ["clock", "advance", "acme", "--to", "tomorrow"], says: "--to is an instant such as" },
    { args: ["clock", "advance", "acme", "--to", "2026-03-01T09:00"], says: "--to is an instant" },
    { args: ["keys", "create", "x", "--scope", "everything"], says: "Allowed choices are" },
    { args: ["keys", "rotate", "tok_1", "--overlap", "soon"], says: "a number of seconds" },
    { args: ["keys", "revoke", "tok_1"], says: "Say --yes" },
    {
      args: ["project", "set"],
      says: "say what to change: --retry-days, --return-origins or both",
    },
    { args: ["project", "set", "--retry-days", "soon"], says: "--retry-days is none, or days" },
    { args: ["usage", "import", "package.json"], says: "has to end in .jsonl, .ndjson or .csv" },
    { args: ["listen"], says: "required option '--forward-to <url>'" },
    { args: ["listen", "--forward-to", "localhost:3000"], says: "--forward-to is an address" },
    { args: ["keys", "create", "x", "--expires", "soon"], says: "--expires is an instant such as" },
    { args: ["reconcile", "--from", "2026-03-01T09:00"], says: "--from is an instant such as" },
    {
      args: ["plan", "migrate", "plan_1", "--to", "newest"],
      says: "--to is the number of a version",
    },
    { args: ["demo", "--token", "x"], says: "--token goes with --url" },
  ])("farthing $args", async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await farthing(args, nowhere);
    expect(stderr).toContain(says);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});

describe.concurrent("what cannot be done ends with 1, in a line or two without a stack", () => {
  test.each([
    {
      because: "nobody listens there",
      args: ["keys", "list"],
      variables: nowhere,
      says: ["could not be reached", "farthing start"],
    },
    {
      because: "there is no token",
      args: ["keys", "list"],
      variables: { FARTHING_URL: "https://billing.example" },
      says: ["There is no access token for https://billing.example", "FARTHING_TOKEN"],
    },
    {
      because: "the address is none",
      args: ["keys", "list", "--url", "billing.example"],
      variables: nowhere,
      says: ["--url is not a plain http(s) address"],
    },
    {
      because: "there is no such file",
      args: ["usage", "import", "none.jsonl"],
      variables: nowhere,
      says: ["There is no file none.jsonl"],
    },
  ])("$because", async ({ args, variables, says }) => {
    const { exitCode, stdout, stderr } = await farthing(args, variables);
    for (const part of says) expect(stderr).toContain(part);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });
});

test("a taken port is noticed before anything is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const dataDir = join(tmpdir(), `farthing-never-made-${port}`);

  const { exitCode, stderr } = await farthing(["start"], {
    PORT: String(port),
    FARTHING_DATA_DIR: dataDir,
  });
  other.close();

  expect({ exitCode, isMade: existsSync(dataDir) }).toEqual({ exitCode: 1, isMade: false });
  expect(stderr).toMatch(
    new RegExp(
      `^Port ${port} of 127.0.0.1 is taken: .*\\nStop it, or .*PORT=4300 farthing start\\n$`,
    ),
  );
});

test("help and version are answers, not failures", async () => {
  const [help, version] = await Promise.all([farthing(["--help"]), farthing(["--version"])]);
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("start the server");
  expect(version).toEqual({ exitCode: 0, stdout: "0.1.0\n", stderr: "" });
});
