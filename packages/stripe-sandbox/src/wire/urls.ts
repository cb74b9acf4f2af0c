import type { Params } from "./params.ts";
import { invalidParameter } from "./refusal.ts";

/** A web address that a person may be sent to, exactly as it was sent. */
export function readWebUrl(params: Params, name: string): string | undefined {
  const text = params.filledText(name);
  if (text === undefined) return undefined;
  if (!isWebUrl(text))
    throw invalidParameter(params.nameOf(name), "Not a valid URL", "url_invalid");
  return text;
}

function isWebUrl(text: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
