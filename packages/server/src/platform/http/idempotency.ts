import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { assert, present } from "#kernel/assert.ts";
import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { sameBytes } from "#platform/crypto/keyed-hash.ts";
import type { Sealer } from "#platform/crypto/sealer.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { canonicalJson } from "./canonical-json.ts";
import { findAnswer, insertAnswer, type StoredAnswer, tryLockKey } from "./idempotency-store.ts";

const HEADER = "idempotency-key";
const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** Refuses a POST whose Idempotency-Key could not be kept. */
export const checkIdempotencyKey: onRequestHookHandler = (request, _reply, done) => {
  const key = request.headers[HEADER];
  const isSane = key === undefined || (typeof key === "string" && VISIBLE_ASCII.test(key));
  done(isSane ? undefined : new BillingError("idempotency_key_invalid"));
};

export interface IdempotencyDeps {
  readonly clock: Clock;
  readonly sealer: Sealer;
}

/**
 * Does `work` once for an Idempotency-Key, in the transaction that also stores its answer: what was
 * done and what was said of it are committed together or not at all. A repetition is answered with
 * the first answer; a refusal is not stored, since nothing was done.
 */
export async function answerOnce<Body>(
  { clock, sealer }: IdempotencyDeps,
  reply: FastifyReply,
  tx: Tx,
  work: (tx: Tx) => Promise<Body>,
): Promise<Body> {
  const key = keyOf(reply.request);
  if (key === null) return await work(tx);

  const context = `${tx.projectId}/${key}`;
  const requestHash = hashOf(reply.request);
  if (!(await tryLockKey(tx, lockNumber(context)))) {
    throw new BillingError("idempotency_request_in_flight");
  }
  faultPoint("answer.key_locked");
  const first = await findAnswer(tx, key);
  if (first !== null) {
    return replay(first, requestHash, reply, sealer.open(first.sealedBody, context)) as Body;
  }

  const body = await work(tx);
  faultPoint("answer.work_done");
  await insertAnswer(tx, {
    key,
    requestHash,
    status: reply.statusCode,
    sealedBody: sealer.seal(JSON.stringify(body ?? null), context),
    createdAtMs: clock.now(),
  });
  faultPoint("answer.stored");
  return body;
}

function replay(
  first: StoredAnswer,
  requestHash: Buffer,
  reply: FastifyReply,
  text: string | null,
): unknown {
  if (!sameBytes(first.requestHash, requestHash)) throw new BillingError("idempotency_key_reused");
  reply.code(first.status).header("idempotent-replayed", "true");
  return JSON.parse(present(text, "the pepper that sealed an answer still opens it"));
}

function keyOf(request: FastifyRequest): string | null {
  if (request.method !== "POST") return null;
  const key = request.headers[HEADER];
  assert(!Array.isArray(key), "Node joins the repetitions of this header");
  return key ?? null;
}

/** What makes two requests the same: method, address with its query, and body. */
function hashOf({ method, url, body }: FastifyRequest): Buffer {
  return createHash("sha256")
    .update(`${method} ${url}\n${canonicalJson(body)}`)
    .digest();
}

function lockNumber(context: string): bigint {
  return createHash("sha256").update(`idempotency/${context}`).digest().readBigInt64BE();
}
