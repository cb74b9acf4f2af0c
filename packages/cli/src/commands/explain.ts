import { isColorful } from "../config.ts";
import { type ConnectionFlags, connect } from "../connection.ts";
import { EXIT_FAILED, UsageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { type Colors, colorsFor } from "../terminal/colors.ts";
import { explanationLines } from "../terminal/explanation.ts";
import { tableLines } from "../terminal/table.ts";
import type { ExplanationWire, PageWire, UsageEventWire } from "../wire.ts";

export interface ExplainFlags extends ConnectionFlags {
  readonly events?: boolean;
  readonly json?: boolean;
}

const EVENTS_ON_SCREEN = 20;
const EVENTS_IN_PIPE = 1_000;

type ReadPage = (cursor: string | null) => Promise<ExplanationWire>;

/** `farthing explain INVOICE LINE`: answers the exit code, 1 if the line does not hold. */
export async function explain(invoice: string, line: string, flags: ExplainFlags): Promise<number> {
  if (!/^[1-9]\d*$/.test(line)) throw new UsageFailure(`LINE is a number from 1, not ${line}`);
  const client = await connect(flags);
  const isPaged = isColorful(process.stdout) && process.stdin.isTTY && flags.json !== true;
  return interruptible(async (signal) => {
    const path = `/v1/invoices/${encodeURIComponent(invoice)}/lines/${line}/explain`;
    const limit = !flags.events ? 1 : isPaged ? EVENTS_ON_SCREEN : EVENTS_IN_PIPE;
    const readPage: ReadPage = (cursor) =>
      client.request<ExplanationWire>("GET", path, { query: { limit, cursor }, signal });
    const explanation = await readPage(null);
    if (flags.json) await writeJson(explanation, flags.events ? readPage : null);
    else await writeText(explanation, flags.events ? { readPage, isPaged } : null);
    return explanation.holds ? 0 : EXIT_FAILED;
  });
}

/** The server's answer; asked for the events, with all of them in the place of their first page. */
async function writeJson(
  { events, ...rest }: ExplanationWire,
  readPage: ReadPage | null,
): Promise<void> {
  if (readPage === null) return console.log(JSON.stringify(rest, null, 2));
  if (events === null) return console.log(JSON.stringify({ ...rest, events: [] }));
  // Written piece by piece: millions of events may stand behind a line.
  process.stdout.write(`${JSON.stringify(rest).slice(0, -1)},"events":[`);
  let separator = "\n";
  for await (const page of pagesFrom(events, readPage)) {
    for (const event of page.data) {
      process.stdout.write(separator + JSON.stringify(event));
      separator = ",\n";
    }
  }
  process.stdout.write("\n]}\n");
}

async function writeText(
  explanation: ExplanationWire,
  wanted: { readonly readPage: ReadPage; readonly isPaged: boolean } | null,
): Promise<void> {
  const colors = colorsFor(process.stdout);
  console.log(explanationLines(explanation, colors).join("\n"));
  const { events } = explanation;
  if (events === null || wanted === null) return;
  console.log(`\n${colors.bold("Events behind it")}`);
  for await (const page of pagesFrom(events, wanted.readPage)) {
    console.log(eventLines(page.data, colors).join("\n"));
    if (page.has_more && wanted.isPaged && !(await wantsMore())) return;
  }
}

async function* pagesFrom(
  first: PageWire<UsageEventWire>,
  readPage: ReadPage,
): AsyncGenerator<PageWire<UsageEventWire>, void, undefined> {
  let page: PageWire<UsageEventWire> | null = first;
  while (page !== null) {
    yield page;
    page = page.next_cursor === null ? null : (await readPage(page.next_cursor)).events;
  }
}

async function wantsMore(): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  return (await confirm({ message: "Show more events?" })) === true;
}

function eventLines(events: readonly UsageEventWire[], colors: Colors): string[] {
  if (events.length === 0) return [colors.quiet("  none")];
  const hasFees = events.some(({ fee }) => fee !== undefined);
  const rows = events.map(({ occurred_at, quantity, fee, reference_id }) => [
    occurred_at,
    quantity,
    ...(hasFees ? [fee ?? ""] : []),
    reference_id,
  ]);
  const aligned = hasFees
    ? (["left", "right", "right", "left"] as const)
    : (["left", "right", "left"] as const);
  return tableLines(rows, aligned).map((text) => `  ${text}`);
}
