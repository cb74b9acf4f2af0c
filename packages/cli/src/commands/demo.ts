import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Address, addressOf, type ConnectionFlags } from "../connection.ts";
import { flightLines } from "../demo/flights/flight-lines.ts";
import { type FlightStory, playFlights } from "../demo/flights/play-flights.ts";
import { playShipping, type ShippingStory } from "../demo/shipping/play-shipping.ts";
import { shippingLines } from "../demo/shipping/shipping-lines.ts";
import { CommandFailure, UsageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { colorsFor } from "../terminal/colors.ts";

export interface DemoFlags extends ConnectionFlags {
  readonly flights?: string;
  readonly json?: boolean;
}

/** `farthing demo`: rejects, and so exits with 1, when any figure is not what it has to be. */
export async function demo(flags: DemoFlags): Promise<number> {
  if (flags.token !== undefined && flags.url === undefined) {
    throw new UsageFailure("--token goes with --url: a server of its own has a token of its own");
  }
  return interruptible((signal) =>
    withServer(flags, async (address) => {
      const isJson = flags.json === true;
      const colors = colorsFor(process.stdout);
      const print = (lines: readonly string[]) => {
        if (!isJson) console.log(["", ...lines].join("\n"));
      };
      say("A shipping platform's month");
      const shipping = await playShipping(address, (step) => {
        signal.throwIfAborted();
        say(`  ${step}`);
      });
      print(shippingLines(shipping, colors));
      say("\nFlights");
      const flights = await playFlights(address, flags.flights ?? defaultFlights(), signal);
      print(flightLines(flights, colors));
      if (isJson) console.log(JSON.stringify(figures(shipping, flights)));
      return 0;
    }),
  );
}

async function withServer<T>(flags: DemoFlags, work: (address: Address) => Promise<T>): Promise<T> {
  if (flags.url !== undefined) return work(await addressOf(flags));
  // Loaded only here: the whole server comes with it.
  const { startThrowAwayServer } = await import("../demo/throw-away-server.ts");
  const server = await startThrowAwayServer((phase) => say(`  ${phase}`));
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** The real flights come with a package that only development installs. */
function defaultFlights(): string {
  const root = new URL("../../../../node_modules/vega-datasets/data", import.meta.url);
  return join(fileURLToPath(root), "flights-20k.json");
}

/** Amounts of the shipping platform are in JMD, those of the flights in cents. */
function figures({ invoice, duplicatesIgnored, webhooks }: ShippingStory, flights: FlightStory) {
  return {
    shipping: {
      base: Number(invoice.base_amount),
      usage: Number(invoice.usage_amount),
      total: Number(invoice.total),
      duplicates_ignored: duplicatesIgnored,
      webhooks_received: webhooks.length,
    },
    flights: {
      events: flights.events,
      subscriptions: flights.subscriptions,
      invoices: flights.invoices,
      total_minor: safeNumber(flights.totalMinor),
      check_minor: safeNumber(flights.checkMinor),
      seconds: Number(flights.seconds.toFixed(1)),
    },
  };
}

function safeNumber(amountMinor: bigint): number {
  if (amountMinor <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(amountMinor);
  throw new CommandFailure(`${amountMinor} is too large for a JSON number.`);
}

/** Steps go beside the result, to standard error. */
function say(step: string): void {
  console.error(step);
}
