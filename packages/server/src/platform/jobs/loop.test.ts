import { describe, expect, test } from "vitest";
import { deferred } from "#test/support/deferred.ts";
import { recordingLog } from "#test/support/recording-log.ts";
import { type After, createLoop } from "./loop.ts";

/** Timers that the test lets go off. */
function manualTimers() {
  let pending: { delayMs: number; run: () => void } | undefined;
  let armed = deferred<number>();
  const after: After = (delayMs, run) => {
    pending = { delayMs, run };
    armed.resolve(delayMs);
    return () => {
      pending = undefined;
    };
  };
  return {
    after,
    /** Resolves with the delay once the loop waits. */
    async waiting(): Promise<number> {
      const delayMs = await armed.promise;
      armed = deferred();
      return delayMs;
    },
    goOff: () => pending?.run(),
    isArmed: () => pending !== undefined,
  };
}

function loopOf(pass: () => Promise<number>) {
  const timers = manualTimers();
  const log = recordingLog();
  const loop = createLoop({ name: "test", pass, log, idleMs: 1000, after: timers.after });
  return { loop, timers, log };
}

describe("a loop", () => {
  test("goes on at once while there is work, and then waits its interval", async () => {
    const work = [3, 2, 0, 0];
    let passes = 0;
    const { loop, timers } = loopOf(async () => {
      passes += 1;
      return work.shift() ?? 0;
    });
    loop.start();
    expect(await timers.waiting()).toBe(1000);
    expect(passes).toBe(3);
    timers.goOff();
    await timers.waiting();
    expect(passes).toBe(4);
    await loop.stop();
    expect(timers.isArmed()).toBe(false);
  });

  test("wakes early, and makes one more pass of many nudges during a pass", async () => {
    let passes = 0;
    const { loop, timers } = loopOf(async () => {
      passes += 1;
      if (passes === 2) for (let nudge = 0; nudge < 5; nudge += 1) loop.wake();
      return 0;
    });
    loop.start();
    await timers.waiting();
    loop.wake();
    await timers.waiting();
    expect(passes).toBe(3);
    await loop.stop();
  });

  test("outlives errors, waits longer after each, and is deaf meanwhile", async () => {
    let passes = 0;
    const { loop, timers, log } = loopOf(async () => {
      passes += 1;
      if (passes <= 2) throw new Error("the database is away");
      return 0;
    });
    loop.start();
    expect(await timers.waiting()).toBe(1000);
    loop.wake();
    expect(passes).toBe(1);
    expect(timers.isArmed()).toBe(true);
    timers.goOff();
    expect(await timers.waiting()).toBe(2000);
    timers.goOff();
    expect(await timers.waiting()).toBe(1000);
    expect(passes).toBe(3);
    expect(log.entries.map((entry) => entry.level)).toEqual(["error", "error"]);
    await loop.stop();
  });

  test("stops only after the pass under way has ended", async () => {
    const pass = deferred<number>();
    const ended: string[] = [];
    const { loop } = loopOf(() => pass.promise);
    loop.start();
    const stopped = loop.stop().then(() => ended.push("loop"));
    void pass.promise.then(() => ended.push("pass"));
    pass.resolve(1);
    await stopped;
    expect(ended).toEqual(["pass", "loop"]);
  });

  test("runs one pass at a time, whoever asks, and hands its error to who asked", async () => {
    let underWay = 0;
    let underWayMax = 0;
    const { loop } = loopOf(async () => {
      underWay += 1;
      underWayMax = Math.max(underWayMax, underWay);
      await Promise.resolve();
      underWay -= 1;
      return 1;
    });
    expect(await Promise.all([loop.runOnce(), loop.runOnce(), loop.runOnce()])).toEqual([1, 1, 1]);
    expect(underWayMax).toBe(1);

    const broken = loopOf(async () => {
      throw new Error("no");
    });
    await expect(broken.loop.runOnce()).rejects.toThrow("no");
  });
});
