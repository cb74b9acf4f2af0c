import { formatOwnedId, type OwnedId, parseOwnedId } from "#kernel/ids.ts";
import { type SecretHasher, sameBytes } from "#platform/crypto/keyed-hash.ts";

/**
 * The addresses at which payers see invoices. An address shows what the invoice says, and ids can be
 * guessed: so it carries a proof that this server handed it out.
 */
export interface InvoiceLinks {
  urlOf(invoice: OwnedId): string;
  /** The invoice that the last part of an address names; null for what was never handed out. */
  read(text: string): OwnedId | null;
}

const PROOF_BYTES = 16;

/** `publicUrl` is where payers reach this server. */
export function createInvoiceLinks(publicUrl: string, hasher: SecretHasher): InvoiceLinks {
  const proofOf = (id: string) => hasher.hash(id).subarray(0, PROOF_BYTES);
  return {
    urlOf(invoice) {
      const id = formatOwnedId("invoice", invoice);
      return `${publicUrl}/pay/${id}.${proofOf(id).toString("base64url")}`;
    },
    read(text) {
      const [id = "", proof = "", ...more] = text.split(".");
      const isProven = sameBytes(Buffer.from(proof, "base64url"), proofOf(id));
      return isProven && more.length === 0 ? parseOwnedId("invoice", id) : null;
    },
  };
}
