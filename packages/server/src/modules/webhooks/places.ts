/** The places for messages under way: so many in all, and so many of them for one endpoint. */
export interface Places {
  /** Those that have a place, in their order. It takes none yet. */
  admit<Due extends { readonly endpointId: bigint }>(due: readonly Due[]): Due[];
  /** Takes a place; the function it answers gives it back. */
  take(endpointId: bigint): () => void;
}

export function createPlaces(limits: { concurrency: number; perEndpoint: number }): Places {
  const takenBy = new Map<bigint, number>();
  let taken = 0;

  return {
    admit(due) {
      const planned = new Map(takenBy);
      let free = limits.concurrency - taken;
      return due.filter(({ endpointId }) => {
        const already = planned.get(endpointId) ?? 0;
        if (free === 0 || already >= limits.perEndpoint) return false;
        free -= 1;
        planned.set(endpointId, already + 1);
        return true;
      });
    },
    take(endpointId) {
      taken += 1;
      takenBy.set(endpointId, (takenBy.get(endpointId) ?? 0) + 1);
      return () => {
        taken -= 1;
        const left = (takenBy.get(endpointId) ?? 0) - 1;
        if (left > 0) takenBy.set(endpointId, left);
        else takenBy.delete(endpointId);
      };
    },
  };
}
