import { type ConnectionFlags, connect } from "../connection.ts";
import { UsageFailure } from "../failure.ts";
import { interruptible } from "../interrupt.ts";
import { tableLines } from "../terminal/table.ts";

export interface ProjectFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export interface ProjectSetFlags extends ProjectFlags {
  readonly retryDays?: string;
  readonly returnOrigins?: string;
}

interface ProjectWire {
  readonly slug: string;
  readonly name: string;
  readonly side: string;
  readonly key_prefix: string;
  readonly return_origins: readonly string[];
  readonly retry_days: readonly number[];
  readonly payment_terms: { readonly collection: "charge" | "send"; readonly net_days: number };
}

/** `farthing project show`. */
export async function projectShow(flags: ProjectFlags): Promise<number> {
  const client = await connect(flags);
  print(
    await interruptible((signal) => client.request<ProjectWire>("GET", "/v1/project", { signal })),
    flags,
  );
  return 0;
}

/** `farthing project set --retry-days 1,3,5,7 --return-origins https://shop.example`. */
export async function projectSet(flags: ProjectSetFlags): Promise<number> {
  const body = changesFrom(flags);
  const client = await connect(flags);
  const changed = await interruptible((signal) =>
    client.request<ProjectWire>("PATCH", "/v1/project", { body, signal }),
  );
  print(changed, flags);
  return 0;
}

function changesFrom({ retryDays, returnOrigins }: ProjectSetFlags) {
  if (retryDays === undefined && returnOrigins === undefined) {
    throw new UsageFailure("say what to change: --retry-days, --return-origins or both");
  }
  return {
    ...(retryDays === undefined ? {} : { retry_days: daysFrom(retryDays) }),
    ...(returnOrigins === undefined ? {} : { return_origins: originsFrom(returnOrigins) }),
  };
}

function originsFrom(text: string): string[] {
  return text === "none" ? [] : text.split(",");
}

function daysFrom(text: string): number[] {
  if (text === "none") return [];
  if (/^\d+(,\d+)*$/.test(text)) return text.split(",").map(Number);
  throw new UsageFailure(`--retry-days is none, or days such as 1,3,5,7, not ${text}`);
}

function print(project: ProjectWire, { json }: ProjectFlags): void {
  if (json === true) return console.log(JSON.stringify(project, null, 2));
  const rows = [
    ["project", `${project.slug} (${project.name})`],
    ["side", project.side],
    ["keys start with", project.key_prefix],
    ["payers may return to", project.return_origins.join(", ")],
    ["retries after days", project.retry_days.join(", ") || "none"],
    ["invoices are", termsInWords(project.payment_terms)],
  ];
  console.log(tableLines(rows, ["left", "left"]).join("\n"));
}

function termsInWords({ collection, net_days: days }: ProjectWire["payment_terms"]): string {
  return collection === "charge" ? "charged to a card" : `sent, and due after ${days} days`;
}
