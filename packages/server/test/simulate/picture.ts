/** What there is of a customer after some time, whoever says so: the product or the model. */
export interface Picture {
  readonly memberships: readonly SeenMembership[];
  readonly creditMinor: bigint;
}

export interface SeenTerms {
  readonly plan: string;
  readonly quantity: bigint;
}

export interface SeenMembership extends SeenTerms {
  readonly name: string;
  readonly status: string;
  readonly fromMs: number | null;
  readonly untilMs: number | null;
  readonly endsAtPeriodEnd: boolean;
  readonly endedMs: number | null;
  readonly billable: bigint;
  readonly licensed: bigint;
  /** The change that waits for an instant or, without one, for the period's end. */
  readonly waits: (SeenTerms & { readonly atMs: number | null }) | null;
  /** Oldest first. */
  readonly bills: readonly SeenBill[];
}

export interface SeenBill {
  readonly reason: string;
  readonly issuedMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly totalMinor: bigint;
  readonly creditMinor: bigint;
  /** What credit notes took off what was due. */
  readonly offMinor: bigint;
  /** What went back to cards. */
  readonly backMinor: bigint;
  readonly status: string;
  readonly lines: readonly SeenLine[];
  readonly attempts: readonly {
    readonly atMs: number;
    readonly outcome: string;
    readonly minor: bigint;
  }[];
}

export interface SeenLine {
  readonly kind: string;
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** In billionths. */
  readonly quantity: bigint;
  readonly minor: bigint;
}

/** The first difference in words; null when both say the same. */
export function difference(expected: Picture, found: Picture): string | null {
  const [expectedLines, foundLines] = [inLines(expected), inLines(found)];
  const index = expectedLines.findIndex((line, at) => line !== foundLines[at]);
  if (index < 0 && expectedLines.length === foundLines.length) return null;
  const at = index < 0 ? expectedLines.length : index;
  return `expected ${expectedLines[at] ?? "nothing more"}\n   found ${foundLines[at] ?? "nothing more"}`;
}

function inLines({ memberships, creditMinor }: Picture): string[] {
  const inOrder = memberships.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [
    ...inOrder.flatMap(({ name, bills }) => billLines(name, bills)),
    ...inOrder.flatMap(stateLines),
    `credit of ${creditMinor}`,
  ];
}

function stateLines(member: SeenMembership): string[] {
  const { name, status, fromMs, untilMs, endsAtPeriodEnd, endedMs, waits } = member;
  const end = endsAtPeriodEnd ? ", to end with it" : "";
  const next = waits === null ? "nothing" : `${termsText(waits)} at ${waits.atMs ?? "its end"}`;
  return [
    `${name} ${status} in ${instant(fromMs)} – ${instant(untilMs)}${end}, ended ${instant(endedMs)}`,
    `${name} has ${termsText(member)}, billed as ${member.billable}, licensed ${member.licensed}`,
    `${next} waits`,
  ];
}

function termsText({ plan, quantity }: SeenTerms): string {
  return `${quantity} × ${plan}`;
}

function billLines(name: string, bills: readonly SeenBill[]): string[] {
  return bills.flatMap((bill, index) => {
    const which = `bill ${index + 1} of ${name}`;
    const { reason, issuedMs, fromMs, untilMs, totalMinor, creditMinor, status } = bill;
    const of = `${reason} of ${instant(fromMs)} – ${instant(untilMs)}, issued ${instant(issuedMs)}`;
    const less = `credit ${creditMinor}, taken off ${bill.offMinor}, refunded ${bill.backMinor}`;
    return [
      ...bill.lines.map((line, at) => `${which}, line ${at + 1}: ${lineText(line)}`),
      `${which}: ${of}, total ${totalMinor}, of which ${less}, ${status}`,
      ...bill.attempts.map(
        ({ atMs, outcome, minor }) => `${which}, tried ${instant(atMs)} for ${minor}: ${outcome}`,
      ),
    ];
  });
}

function lineText({ kind, name, fromMs, untilMs, quantity, minor }: SeenLine): string {
  return `${kind} ${name} of ${instant(fromMs)} – ${instant(untilMs)}, ${quantity} billionths for ${minor}`;
}

function instant(instantMs: number | null): string {
  return instantMs === null ? "never" : new Date(instantMs).toISOString();
}
