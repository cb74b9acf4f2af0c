/** What a token's hash is made of: with the id in it, one row's hash is of no use in another. */
export function provenText(id: bigint, secret: string): string {
  return `${id}.${secret}`;
}
