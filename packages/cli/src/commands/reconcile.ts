import { type ConnectionFlags, connect } from "../connection.ts";
import { EXIT_FAILED } from "../failure.ts";
import { instantFrom } from "../instant.ts";
import { interruptible } from "../interrupt.ts";
import { tableLines } from "../terminal/table.ts";

export interface ReconcileFlags extends ConnectionFlags {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

interface DifferenceWire {
  readonly kind: string;
  readonly rail_ref: string;
  readonly payment: string | null;
  readonly currency: string;
  readonly rail_amount: string;
  readonly ledger_amount: string;
}

interface ReconciliationWire {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly charge_count: number;
  readonly refund_count: number;
  readonly difference_count: number;
  readonly differences: readonly DifferenceWire[];
}

/** The provider's journal is read a page at a time, and a month of it takes its time. */
const TIMEOUT_MS = 10 * 60_000;

/** `farthing reconcile`: answers the exit code, 1 when provider and ledger differ. */
export async function reconcile({ from, to, json, ...flags }: ReconcileFlags): Promise<number> {
  const body = {
    ...(from === undefined ? {} : { from: instantFrom("--from", from) }),
    ...(to === undefined ? {} : { to: instantFrom("--to", to) }),
  };
  const client = await connect(flags);
  const made = await interruptible((signal) =>
    client.request<ReconciliationWire>("POST", "/v1/reconciliations", {
      body,
      signal,
      timeoutMs: TIMEOUT_MS,
    }),
  );
  console.log(json === true ? JSON.stringify(made, null, 2) : textOf(made).join("\n"));
  return made.difference_count === 0 ? 0 : EXIT_FAILED;
}

function textOf(made: ReconciliationWire): string[] {
  const { charge_count: charges, refund_count: refunds, difference_count: count } = made;
  const rows = made.differences.map((found) => [
    found.kind,
    found.rail_ref,
    found.payment ?? "",
    found.rail_amount,
    found.ledger_amount,
    found.currency,
  ]);
  const head = ["", "at the provider", "payment", "there", "in the ledger", ""];
  return [
    `${made.id}: ${made.from} to ${made.to}`,
    `${charges} charges and ${refunds} refunds compared, ${count} differences`,
    ...(rows.length === 0
      ? []
      : tableLines([head, ...rows], ["left", "left", "left", "right", "right", "left"])),
  ];
}
