/** A customer that comes next, and how much is stored of it. */
export interface Candidate {
  readonly customerId: bigint;
  readonly weight: number;
}

/** The first of the candidates that together weigh no more than `weightMax`, and at least one. */
export function pageWithin(candidates: readonly Candidate[], weightMax: number): bigint[] {
  let weight = 0;
  const page: bigint[] = [];
  for (const candidate of candidates) {
    weight += candidate.weight;
    if (page.length > 0 && weight > weightMax) break;
    page.push(candidate.customerId);
  }
  return page;
}
