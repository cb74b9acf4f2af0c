import { describe, expect, test } from "vitest";
import { createGroupCommit, type GroupCommitOptions } from "./group-commit.ts";
import { type Deferred, deferred } from "#test/support/deferred.ts";

interface Write {
  readonly group: number;
  readonly entries: readonly string[];
  readonly writer: number;
  readonly answer: Deferred<readonly string[]>;
}
