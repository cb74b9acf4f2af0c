import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MeteringDatabase, openMeteringDatabase } from "#test/support/metering-database.ts";
import { plainArray, textArray } from "./group-commit-arrays.ts";
import { type GroupConnection, openGroupConnection } from "./group-commit-connection.ts";

let database: MeteringDatabase;
let connection: GroupConnection;

beforeAll(async () => {
  database = await openMeteringDatabase();
  connection = openGroupConnection({ url: database.ownerUrl });
});

afterAll(async () => {
  await connection.close();
  await database.close();
});

const insertLookup = (key: string, projectId: number) => ({
  name: "insert lookup",
  text: "insert into lookup values ($1, $2::int, 0, 0) returning lookup_key",
  values: [key, `${projectId}`],
});

async function lookups(prefix: string): Promise<string[]> {
  const rows = await database.fixtures.query<{ lookup_key: string }>(
    "select lookup_key from lookup where lookup_key like $1 order by 1",
    [`${prefix}%`],
  );
  return rows.map(({ lookup_key }) => lookup_key);
}

describe("a group connection", () => {
  test("answers the rows of a statement that is committed", async () => {
    const rows = await connection.commit(2, insertLookup("kept:1", 2));
    expect(rows).toEqual([["kept:1"]]);
    expect(await lookups("kept:")).toEqual(["kept:1"]);
  });

  test("is held to the project it names, and to none afterwards", async () => {
    await expect(connection.commit(2, insertLookup("foreign:1", 4))).rejects.toMatchObject({
      code: "42501",
    });
    await connection.commit(4, insertLookup("foreign:2", 4));
    const seen = await connection.commit(2, {
      name: "see",
      text: "select lookup_key from lookup where lookup_key like 'foreign:%'",
      values: [],
    });
    expect(seen).toEqual([]);
  });

  test("leaves nothing of a statement that fails, and goes on", async () => {
    const failing = {
      name: "fail",
      text: `with added as (insert into lookup values ($1, 2, 0, 0) returning 1)
             select 1 / (count(*) - 1) from added`,
      values: ["undone:1"],
    };
    await expect(connection.commit(2, failing)).rejects.toMatchObject({ code: "22012" });
    expect(await lookups("undone:")).toEqual([]);
    await connection.commit(2, insertLookup("undone:2", 2));
    expect(await lookups("undone:")).toEqual(["undone:2"]);
  });

  test("connects anew and repeats when the server ends its connection", async () => {
    await connection.commit(2, insertLookup("lost:1", 2));
    await database.fixtures.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query = 'commit'`,
    );
    await connection.commit(2, insertLookup("lost:2", 2));
    expect(await lookups("lost:")).toEqual(["lost:1", "lost:2"]);
  });

  test("says that the database cannot be reached", async () => {
    const nowhere = openGroupConnection({ url: "postgres://nobody@127.0.0.1:1/nothing" });
    await expect(nowhere.commit(2, insertLookup("x", 2))).rejects.toMatchObject({
      code: "database_unavailable",
    });
    await nowhere.close();
  });
});

describe("array parameters", () => {
  test("carry every text as it is", async () => {
    const texts = [
      "plain",
      "",
      "null",
      "NULL",
      "a b",
      'say "hi"',
      "back\\slash",
      "{1,2}",
      "ü 🚚",
      "\n",
    ];
    const rows = await connection.commit(2, {
      name: "texts",
      text: "select unnest($1::text[])",
      values: [textArray([...texts, null])],
    });
    expect(rows.flat()).toEqual([...texts, null]);
  });

  test("carry numbers of any size", async () => {
    const rows = await connection.commit(2, {
      name: "numbers",
      text: "select sum(n) from unnest($1::numeric[]) as n",
      values: [plainArray(["999999999999999.000000001", 1n, -2])],
    });
    expect(rows).toEqual([["999999999999998.000000001"]]);
  });
});
