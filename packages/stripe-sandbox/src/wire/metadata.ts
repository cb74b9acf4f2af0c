import type { Params } from "./params.ts";
import { invalidParameter } from "./refusal.ts";

export type Metadata = Readonly<Record<string, string>>;

const keyCountMax = 50;
const keyLengthMax = 40;
const valueLengthMax = 500;

/** The metadata that results: sent keys replace, keys sent empty go away, `metadata=` clears all. */
export function readMetadata(params: Params, current: Metadata = {}): Metadata {
  const sent = params.textsByName("metadata");
  if (sent === undefined) return current;
  if (sent === null) return {};
  const merged = new Map<string, string>(Object.entries(current));
  for (const [key, value] of sent) {
    if (value === null) merged.delete(key);
    else merged.set(checkedKey(params, key), checkedValue(params, key, value));
  }
  if (merged.size > keyCountMax) {
    throw invalidParameter(params.nameOf("metadata"), `Metadata may have ${keyCountMax} keys.`);
  }
  return Object.fromEntries(merged);
}

function checkedKey(params: Params, key: string): string {
  if (key.length <= keyLengthMax) return key;
  const rule = `Metadata keys can be at most ${keyLengthMax} characters long`;
  throw invalidParameter(params.nameOf("metadata"), `${rule}: ${key}`);
}

function checkedValue(params: Params, key: string, value: string): string {
  if (value.length <= valueLengthMax) return value;
  const rule = `Metadata values can have up to ${valueLengthMax} characters`;
  throw invalidParameter(`${params.nameOf("metadata")}[${key}]`, `${rule}.`);
}
