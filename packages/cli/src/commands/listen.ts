import { nativeEventTypes } from "@farthing/sdk";
import { addressOf, type ConnectionFlags, clientFor } from "../connection.ts";
import { UsageFailure } from "../failure.ts";
import { Interrupted, interruptible } from "../interrupt.ts";
import {
  type Following,
  followLog,
  type LoggedEventWire,
  newestNumber,
} from "../listen/follow-log.ts";
import { type Forwarded, forwardPatiently, isTaken, newSecret } from "../listen/forward.ts";
import { type Colors, colorsFor } from "../terminal/colors.ts";
import { pause } from "../terminal/pause.ts";

export interface ListenFlags extends ConnectionFlags {
  readonly forwardTo: string;
  readonly secret?: string;
  readonly types?: string;
  readonly dialect: string;
  readonly after?: string;
}

/** The log is asked again soon anyway, so that a restart of the server is seen at once. */
const RETRY = { attemptCountMax: 1 };

/** `farthing listen --forward-to URL`: forwards what happens until it is stopped. */
export async function listen(flags: ListenFlags): Promise<number> {
  const url = addressFrom(flags.forwardTo);
  const secret = secretFrom(flags.secret);
  if (flags.types !== undefined) refuseUnknownTypes(flags.types.split(","));
  const client = clientFor(await addressOf(flags), { retry: RETRY });
  const colors = colorsFor(process.stdout);
  let readTo = flags.after === undefined ? null : numberFrom(flags.after);
  try {
    await interruptible(async (signal) => {
      const following: Following = {
        client,
        signal,
        dialect: flags.dialect,
        types: flags.types,
        wait: pause,
        onConnection: (state) => console.error(connectionLine(state)),
      };
      readTo ??= await newestNumber(following);
      console.error(`Forwarding what happens after event ${readTo} to ${url}`);
      if (flags.secret === undefined) console.error(`Signed with the secret ${secret}`);
      for await (const event of followLog(following, readTo)) {
        if (event.message !== null) {
          const { id, message } = event;
          const forwarded = await forwardPatiently(
            { id, body: message.body },
            { url, secret },
            {
              signal,
              wait: pause,
              onRetry: (failed, pauseMs) => console.error(retryLine(event, failed, pauseMs)),
            },
          );
          // Stopped while it was not taken: whoever goes on from here is sent it.
          if (signal.aborted && !isTaken(forwarded)) return;
          console.log(eventLine(event, forwarded, colors));
        }
        readTo = event.number;
      }
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  if (readTo !== null) console.error(`Go on from here with --after ${readTo}`);
  return 0;
}

function eventLine(
  { number, id, message, type }: LoggedEventWire,
  forwarded: Forwarded,
  colors: Colors,
): string {
  const outcome = (isTaken(forwarded) ? colors.good : colors.bad)(outcomeOf(forwarded));
  return `${number}  ${message?.type ?? type}  ${id}  ${outcome}  ${forwarded.durationMs} ms`;
}

function retryLine({ number }: LoggedEventWire, failed: Forwarded, pauseMs: number): string {
  return `Event ${number} was not taken (${outcomeOf(failed)}). Trying again in ${pauseMs / 1000} s…`;
}

function outcomeOf({ status, error }: Forwarded): string {
  return `${status ?? error}`;
}

function connectionLine(state: "lost" | "back"): string {
  return state === "lost"
    ? "The server does not answer. Waiting for it…"
    : "The server is back. Nothing was missed.";
}

function addressFrom(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new UsageFailure(
    `--forward-to is an address such as http://localhost:3000/hooks, not ${text}`,
  );
}

function refuseUnknownTypes(types: readonly string[]): void {
  const known: readonly string[] = nativeEventTypes;
  const unknown = types.find((type) => !known.includes(type));
  if (unknown === undefined) return;
  throw new UsageFailure(
    `--types: there are no events of the type ${unknown}.`,
    `There are ${known.join(", ")}.`,
  );
}

function secretFrom(text: string | undefined): string {
  if (text === undefined) return newSecret();
  if (/^whsec_[A-Za-z0-9+/]+=*$/.test(text)) return text;
  throw new UsageFailure("--secret is whsec_ and base64");
}

function numberFrom(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new UsageFailure(`--after is an event's number, not ${text}`);
}
