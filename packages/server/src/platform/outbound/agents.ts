import { type LookupAddress, lookup as systemLookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import { BlockList, isIPv6, type LookupFunction } from "node:net";
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from "request-filtering-agent";

export type PrivateAddresses = "refuse" | "allow";

/** Connections to addresses that other people chose, by the URL's scheme. */
export interface Agents {
  of(url: URL): http.Agent;
  close(): void;
}

const KEEP_ALIVE = { keepAlive: true, maxFreeSockets: 64 };

/**
 * With "refuse" every address is judged that a connection is about to be made to, and no other one is
 * then connected to: a name is resolved once per connection, so that there is no moment between the
 * check and the connection at which its answer could change. `lookup` resolves names.
 */
export function createAgents(
  privateAddresses: PrivateAddresses,
  lookup: LookupFunction = systemLookup,
): Agents {
  const isCareful = privateAddresses === "refuse";
  const options = { ...KEEP_ALIVE, lookup: isCareful ? publicOnly(lookup) : lookup };
  const plain = isCareful ? new RequestFilteringHttpAgent(options) : new http.Agent(options);
  const secure = isCareful ? new RequestFilteringHttpsAgent(options) : new https.Agent(options);
  return {
    of(url) {
      if (isCareful) refuseUnassigned(url.hostname.replace(/^\[|\]$/g, ""));
      return url.protocol === "https:" ? secure : plain;
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** An address inside our network, or of no network at all. The message names it: for the log only. */
class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
}

/** Whether the connection was refused because of where it would have gone. */
export function isPrivateAddress(error: Error): boolean {
  return error instanceof PrivateAddressError || /is not allowed\. Because/.test(error.message);
}

/**
 * What of IPv6 is given out as public (2000::/3). The agents' list of what is not is a list of known
 * ranges, and lets `::127.0.0.1` through, the old way to write an IPv4 address.
 */
const assigned = new BlockList();
assigned.addSubnet("2000::", 3, "ipv6");

function refuseUnassigned(address: string): void {
  if (!isIPv6(address) || assigned.check(address, "ipv6")) return;
  throw new PrivateAddressError(`${address} is not public`);
}

function publicOnly(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      try {
        for (const address of addressesIn(found)) refuseUnassigned(address);
      } catch (refusal) {
        return callback(refusal as Error, []);
      }
      callback(null, found, family);
    });
  };
}

function addressesIn(found: string | readonly LookupAddress[]): readonly string[] {
  return typeof found === "string" ? [found] : found.map(({ address }) => address);
}
