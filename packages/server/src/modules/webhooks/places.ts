import { type EpochMs, SECOND_MS } from "#kernel/clock.ts";

/** The places for messages under way. */
export interface Places {
  /** Those that have a place, in their order. It takes none yet. */
  admit<Due extends { readonly endpointId: bigint }>(due: readonly Due[], nowMs: EpochMs): Due[];
  /** Whether a message to an endpoint that is not in trouble could set out. */
  hasRoom(nowMs: EpochMs): boolean;
  /** The endpoints that could be sent nothing more now, whatever room there is. */
  closed(nowMs: EpochMs): bigint[];
  /** Takes a place; the function it answers gives it back, and says whether the message was taken. */
  take(endpointId: bigint, nowMs: EpochMs): (isDelivered: boolean) => void;
}

export interface PlaceLimits {
  /** How many messages that have been under way for less than a second there may be. */
  readonly concurrency: number;
  /** How many messages may be on their way to one endpoint. */
  readonly perEndpoint: number;
}

/** What takes longer than this gives its place to others, although it is still under way. */
const SLOW_MS = SECOND_MS;
/** How many messages may be on their way to endpoints in trouble, of which each has one at a time. */
const TROUBLED_MAX = 256;
/** How many connections there may be whatever happens. */
const UNDER_WAY_MAX = 1024;

interface Endpoint {
  /** When each message that is on its way to it set out, the oldest first. */
  readonly setOutMs: EpochMs[];
  /** Whether the last message that ended was not taken. */
  isFailing: boolean;
}

/**
 * Shares the places so that whoever answers quickly never waits for those who do not: an endpoint
 * that failed last, or that has kept a message waiting for a second, is in trouble and is sent one
 * message at a time until it takes one, and all of those together have places of their own.
 */
export function createPlaces({ concurrency, perEndpoint }: PlaceLimits): Places {
  const endpoints = new Map<bigint, Endpoint>();
  const kindMax = { quick: concurrency, troubled: TROUBLED_MAX };
  const perEndpointMax = { quick: perEndpoint, troubled: 1 };

  const isTroubled = ({ isFailing, setOutMs }: Endpoint, nowMs: EpochMs): boolean =>
    isFailing || (setOutMs[0] ?? nowMs) <= nowMs - SLOW_MS;

  function count(nowMs: EpochMs) {
    let quick = 0;
    let troubled = 0;
    let all = 0;
    for (const endpoint of endpoints.values()) {
      const { length } = endpoint.setOutMs;
      all += length;
      if (isTroubled(endpoint, nowMs)) troubled += length;
      else quick += length;
    }
    return { quick, troubled, all };
  }

  return {
    admit(due, nowMs) {
      const taken = count(nowMs);
      const planned = new Map<bigint, number>();
      return due.filter(({ endpointId }) => {
        const endpoint = endpoints.get(endpointId);
        const already = planned.get(endpointId) ?? endpoint?.setOutMs.length ?? 0;
        const kind = endpoint !== undefined && isTroubled(endpoint, nowMs) ? "troubled" : "quick";
        if (already >= perEndpointMax[kind]) return false;
        if (taken.all >= UNDER_WAY_MAX || taken[kind] >= kindMax[kind]) return false;
        taken.all += 1;
        taken[kind] += 1;
        planned.set(endpointId, already + 1);
        return true;
      });
    },
    hasRoom(nowMs) {
      const { quick, all } = count(nowMs);
      return all < UNDER_WAY_MAX && quick < kindMax.quick;
    },
    closed(nowMs) {
      const areTroubledFull = count(nowMs).troubled >= kindMax.troubled;
      const isClosed = (endpoint: Endpoint): boolean => {
        const kind = isTroubled(endpoint, nowMs) ? "troubled" : "quick";
        if (kind === "troubled" && areTroubledFull) return true;
        return endpoint.setOutMs.length >= perEndpointMax[kind];
      };
      return [...endpoints].filter(([, endpoint]) => isClosed(endpoint)).map(([id]) => id);
    },
    take(endpointId, nowMs) {
      const endpoint = endpoints.get(endpointId) ?? { setOutMs: [], isFailing: false };
      endpoints.set(endpointId, endpoint);
      endpoint.setOutMs.push(nowMs);
      return (isDelivered) => {
        endpoint.setOutMs.splice(endpoint.setOutMs.indexOf(nowMs), 1);
        endpoint.isFailing = !isDelivered;
        if (isDelivered && endpoint.setOutMs.length === 0) endpoints.delete(endpointId);
      };
    },
  };
}
