import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** The flags are made for a lone page in a small container; these would break or hide something. */
const UNWANTED = ["--single-process", "--disable-web-security"];

/** A real browser, unpacked from its npm package when it is first wanted. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await unpackedChromium(),
    args: [...chromium.args.filter((flag) => !UNWANTED.includes(flag)), "--no-sandbox"],
  });
}

/**
 * The package unpacks below the temporary folder, where another user's or another version's copy would be
 * in the way, and where another test's may be half written: each unpacks into a folder of its own, and
 * one is kept. Answers the path of the program.
 */
export async function unpackedChromium(): Promise<string> {
  const folder = join(tmpdir(), `farthing-browser-${packageVersion()}-${userInfo().uid}`);
  const program = join(folder, "chromium");
  if (existsSync(program)) return program;
  const own = mkdtempSync(`${folder}-`);
  await unpackInto(own);
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(program)) throw error;
    rmSync(own, { recursive: true });
  }
  return program;
}

function packageVersion(): string {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const manifest = readFileSync(join(dirname(main), "../../package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function unpackInto(folder: string): Promise<void> {
  const { TMPDIR: before } = process.env;
  process.env["TMPDIR"] = folder;
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
