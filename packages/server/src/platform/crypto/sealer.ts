import { createCipheriv, createDecipheriv } from "node:crypto";
import { derivedKey } from "./keyed-hash.ts";
import type { RandomBytes } from "./random-secret.ts";

/** Keeps text where the database's readers can copy it but not read it. */
export interface Sealer {
  /** AES-256-GCM. `context` names what the text belongs to; another context cannot open it. */
  seal(text: string, context: string): Buffer;
  /** The text, or null when the bytes, the context or the pepper are not those it was sealed with. */
  open(sealed: Buffer, context: string): string | null;
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealer whose key comes from the server's pepper. */
export function createSealer(pepper: string, randomBytes: RandomBytes): Sealer {
  const key = derivedKey(pepper, "sealer");
  return {
    seal(text, context) {
      const nonce = Buffer.from(randomBytes(NONCE_BYTES));
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const body = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
