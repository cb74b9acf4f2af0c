const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Bytes that nobody can guess; replaceable, for tests that want the same ids again. */
export type RandomBytes = (length: number) => Uint8Array;

/** Random text of letters and digits, drawn evenly: bytes beyond the last whole alphabet are skipped. */
export function randomText(randomBytes: RandomBytes, length: number): string {
  const usable = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < usable && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
