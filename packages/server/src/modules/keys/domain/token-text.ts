import { decodeHalf, encodeHalf } from "#kernel/ids.ts";

/** What a token says: which side it is for, which row it is, and the proof. */
export interface TokenText {
  readonly side: "live" | "sandbox";
  /** 0 for a project's own token. */
  readonly customerId: bigint;
  readonly id: bigint;
  readonly secret: string;
}

const SIDE_WORDS = { live: "live", sandbox: "test" } as const;

// Read from the right: the prefix is the brand's own and may itself hold `_live_`.
const TOKEN = /^[a-z][a-z0-9_]*_(live|test)_([0-9a-z]{13})([0-9a-z]{13})\.([0-9A-Za-z]{43})$/;

/** `<keyPrefix>_live_<26 characters>.<secret>`, `_test_` in sandbox. */
export function formatTokenText(keyPrefix: string, token: TokenText): string {
  const halves = encodeHalf(token.customerId) + encodeHalf(token.id);
  return `${keyPrefix}_${SIDE_WORDS[token.side]}_${halves}.${token.secret}`;
}

/** What a token says, or null for text that is no token. Nothing of it is proven yet. */
export function parseTokenText(text: string): TokenText | null {
  const [, word, customerHalf = "", half = "", secret = ""] = TOKEN.exec(text) ?? [];
  if (word === undefined) return null;
  const customerId = decodeHalf(customerHalf);
  const id = decodeHalf(half);
  if (customerId === null || id === null) return null;
  return { side: word === SIDE_WORDS.live ? "live" : "sandbox", customerId, id, secret };
}
