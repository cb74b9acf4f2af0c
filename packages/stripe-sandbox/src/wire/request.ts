import { Refusal } from "./refusal.ts";

const bodyBytesMax = 1_000_000;

/** The request's body as text. @throws Refusal when it is longer than any honest one, or cut off. */
export async function readBody(request: Request): Promise<string> {
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > bodyBytesMax) break;
      chunks.push(chunk);
    }
  } catch {
    throw unreadable(400, "The request body was cut off.");
  }
  if (size > bodyBytesMax) throw unreadable(413, `A request body may have ${bodyBytesMax} bytes.`);
  return Buffer.concat(chunks).toString("utf8");
}

function unreadable(status: number, message: string): Refusal {
  return new Refusal(status, { type: "invalid_request_error", message }, { isValidation: true });
}
