import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Who holds a folder. Linux says when a process began, so that a process id may come again. */
interface Holder {
  readonly pid: number;
  readonly begun: string | null;
}

const RELEASED = "released";
const LOCK_NAME = /^lock\.(\d+)$/;
const heldHere = new Set<string>();

/**
 * Claims a folder for this process until it ends, however it ends. Rejects while another process
 * has it. Says nothing to processes of other machines or containers.
 *
 * Each claim is a file with the next number, made whole in one step. The highest number holds, and
 * stays when it is released, so that two who find a dead holder cannot both come after it.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const claim = join(folder, `claim.${process.pid}.${crypto.randomUUID()}`);
  await writeFile(claim, JSON.stringify(await holderOf(process.pid)));
  try {
    const path = await takeNext(folder, claim);
    heldHere.add(folder);
    return {
      async release() {
        heldHere.delete(folder);
        await writeFile(path, RELEASED);
      },
    };
  } finally {
    await rm(claim, { force: true });
  }
}

async function takeNext(folder: string, claim: string): Promise<string> {
  for (;;) {
    const highest = Math.max(0, ...(await lockNumbers(folder)));
    if (highest > 0) await refuseIfHeld(folder, highest);
    const path = join(folder, `lock.${highest + 1}`);
    if (!(await linked(claim, path))) continue;
    const numbers = await lockNumbers(folder);
    if (Math.max(...numbers) === highest + 1) {
      const older = numbers.filter((number) => number <= highest);
      for (const number of older) await rm(join(folder, `lock.${number}`), { force: true });
      return path;
    }
    // It was taken and cleared away meanwhile by somebody who is ahead.
    await rm(path, { force: true });
  }
}

async function lockNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = LOCK_NAME.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

async function refuseIfHeld(folder: string, number: number): Promise<void> {
  const text = await readFile(join(folder, `lock.${number}`), "utf8").catch(() => RELEASED);
  if (text === RELEASED) return;
  const holder = parsed(text);
  if (holder !== null && (await isAlive(holder, folder))) {
    throw new Error(`${folder} is in use by process ${holder.pid}. One process has it at a time.`);
  }
}

/** A holder that the disk has lost half of was not alive when the machine went down. */
function parsed(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return null;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isAlive(holder: Holder, folder: string): Promise<boolean> {
  const now = await holderOf(holder.pid);
  if (now.begun !== null && holder.begun !== null) return now.begun === holder.begun;
  if (holder.pid === process.pid) return heldHere.has(folder);
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function holderOf(pid: number): Promise<Holder> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold anything; the start is the 20th field behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, begun: fields[19] ?? null };
  } catch {
    return { pid, begun: null };
  }
}
