import { describe, expect, test } from "vitest";
import { type Deferred, deferred } from "#test/support/deferred.ts";
import { createGroupCommit } from "./group-commit.ts";

interface Write {
  readonly group: number;
  readonly entries: readonly string[];
  readonly writer: number;
  /** Lets the write end well, or fail when it is given an error. */
  end(error?: Error): void;
}

/** A group commit whose writes end when the test says so. */
function observedGroupCommit(options: { writers?: number; waitingMax?: number } = {}) {
  const writes: Write[] = [];
  let arrival: { readonly count: number; readonly arrived: Deferred<void> } | undefined;
  const commit = createGroupCommit<string, string>({
    writers: options.writers ?? 1,
    entriesMax: 3,
    waitingMax: options.waitingMax ?? 100,
    async write(group, entries, writer) {
      const ended = deferred<Error | undefined>();
      writes.push({ group, entries, writer, end: (error) => ended.resolve(error) });
      if (arrival?.count === writes.length) arrival.arrived.resolve();
      const error = await ended.promise;
      if (error !== undefined) throw error;
      return entries.map((entry) => `${entry}!`);
    },
  });
  return {
    commit,
    writes,
    /** The write of this number, once it has begun. */
    async write(number: number): Promise<Write> {
      if (writes.length < number) {
        arrival = { count: number, arrived: deferred() };
        await arrival.arrived.promise;
      }
      return writes[number - 1] as Write;
    },
  };
}

describe("a group commit", () => {
  test("writes together what is handed in while the writer is busy", async () => {
    const { commit, write } = observedGroupCommit();
    const first = commit.submit(1, ["a"]);
    const begun = await write(1);
    const second = commit.submit(1, ["b"]);
    const third = commit.submit(1, ["c", "d"]);
    begun.end();
    const next = await write(2);
    expect(next.entries).toEqual(["b", "c", "d"]);
    next.end();
    expect(await Promise.all([first, second, third])).toEqual([["a!"], ["b!"], ["c!", "d!"]]);
  });

  test("cuts what one write cannot take, and answers it whole and in order", async () => {
    const { commit, write } = observedGroupCommit();
    const answer = commit.submit(1, ["a", "b", "c", "d", "e", "f", "g"]);
    for (const [index, entries] of [["a", "b", "c"], ["d", "e", "f"], ["g"]].entries()) {
      const begun = await write(index + 1);
      expect(begun.entries).toEqual(entries);
      begun.end();
    }
    expect(await answer).toEqual(["a!", "b!", "c!", "d!", "e!", "f!", "g!"]);
  });

  test("never mixes groups, and lets each have its turn", async () => {
    const { commit, write } = observedGroupCommit();
    const answers = [
      commit.submit(1, ["a", "b", "c", "d"]),
      commit.submit(2, ["x"]),
      commit.submit(1, ["e"]),
    ];
    for (const [index, expected] of [
      { group: 1, entries: ["a", "b", "c"] },
      { group: 2, entries: ["x"] },
      { group: 1, entries: ["d", "e"] },
    ].entries()) {
      const begun = await write(index + 1);
      expect({ group: begun.group, entries: begun.entries }).toEqual(expected);
      begun.end();
    }
    await Promise.all(answers);
  });

  test("keeps all its writers at work, each with its own number", async () => {
    const { commit, write } = observedGroupCommit({ writers: 2 });
    const answers = [commit.submit(1, ["a", "b", "c", "d"]), commit.submit(1, ["e", "f"])];
    const begun = [await write(1), await write(2)];
    expect(new Set(begun.map(({ writer }) => writer))).toEqual(new Set([0, 1]));
    for (const { end } of begun) end();
    await Promise.all(answers);
  });

  test("starts a second write of a group when as much waits as the first one holds", async () => {
    const { commit, write, writes } = observedGroupCommit({ writers: 2 });
    const answers = [commit.submit(1, ["a", "b"])];
    const first = await write(1);
    answers.push(commit.submit(1, ["c"]));
    const ofAnother = commit.submit(2, ["x"]);
    (await write(2)).end();
    await ofAnother;
    expect(writes.map(({ entries }) => entries)).toEqual([["a", "b"], ["x"]]);
    answers.push(commit.submit(1, ["d"]));
    const second = await write(3);
    expect(second.entries).toEqual(["c", "d"]);
    first.end();
    second.end();
    await Promise.all(answers);
  });

  test("writes what is less when the write before it has ended", async () => {
    const { commit, write } = observedGroupCommit({ writers: 2 });
    const answers = [commit.submit(1, ["a", "b"])];
    const first = await write(1);
    answers.push(commit.submit(1, ["c"]));
    first.end();
    (await write(2)).end();
    expect(await Promise.all(answers)).toEqual([["a!", "b!"], ["c!"]]);
  });

  test("refuses what would make too much wait, and writes none of it", async () => {
    const { commit, write, writes } = observedGroupCommit({ waitingMax: 4 });
    const first = commit.submit(1, ["a"]);
    const begun = await write(1);
    const waiting = commit.submit(1, ["b", "c"]);
    await expect(commit.submit(1, ["d", "e", "f"])).rejects.toMatchObject({ code: "server_busy" });
    const fitting = commit.submit(1, ["g"]);
    begun.end();
    (await write(2)).end();
    await Promise.all([first, waiting, fitting]);
    expect(writes.flatMap(({ entries }) => entries)).toEqual(["a", "b", "c", "g"]);
  });

  test("takes a submission that is larger than the queue when nothing waits", async () => {
    const { commit, write } = observedGroupCommit({ waitingMax: 2 });
    const answer = commit.submit(1, ["a", "b", "c"]);
    (await write(1)).end();
    expect(await answer).toHaveLength(3);
  });

  test("tells the failure of a write to everyone in it, and to nobody else", async () => {
    const { commit, write } = observedGroupCommit();
    const failing = [commit.submit(1, ["a"]), commit.submit(1, ["b"])];
    const settled = Promise.allSettled(failing);
    const begun = await write(1);
    const other = commit.submit(1, ["c"]);
    begun.end(new Error("no disk"));
    (await write(2)).end();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await other).toEqual(["c!"]);
  });

  test("answers nothing for nothing", async () => {
    const { commit, writes } = observedGroupCommit();
    expect(await commit.submit(1, [])).toEqual([]);
    expect(writes).toEqual([]);
  });

  test("closes when all it accepted is written, and accepts no more", async () => {
    const { commit, write } = observedGroupCommit();
    const accepted = commit.submit(1, ["a"]);
    const begun = await write(1);
    const closed = commit.close();
    await expect(commit.submit(1, ["b"])).rejects.toMatchObject({ code: "server_busy" });
    begun.end();
    await closed;
    expect(await accepted).toEqual(["a!"]);
  });
});
