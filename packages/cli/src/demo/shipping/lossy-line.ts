import type { FarthingOptions } from "@farthing/sdk";

export interface LossyLine {
  readonly fetch: NonNullable<FarthingOptions["fetch"]>;
  /** How many answers got lost behind what the server had done. */
  lostAnswers(): number;
}

/**
 * A connection as it is on a bad day: of every ten requests one never arrives, and of one the answer
 * gets lost on its way back, when the server has done what was asked.
 */
export function createLossyLine(): LossyLine {
  let requests = 0;
  let lost = 0;
  return {
    async fetch(url, init) {
      requests += 1;
      if (requests % 10 === 4) throw new TypeError("the request got lost");
      const answer = await fetch(url, init);
      if (requests % 10 !== 9) return answer;
      await answer.arrayBuffer();
      lost += 1;
      throw new TypeError("the answer got lost");
    },
    lostAnswers: () => lost,
  };
}
