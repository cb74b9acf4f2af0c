export interface ImpactWire {
  readonly currency: string;
  readonly before: string;
  readonly after: string;
  readonly credited: string;
  readonly charged: string;
  readonly accrued: string;
}

export interface UsageImpactWire {
  readonly before: string;
  readonly after: string;
}

export interface MigrationWire {
  readonly id: string;
  readonly plan: string;
  readonly from_version: number | null;
  readonly to_version: number;
  readonly when: "period_end" | "now";
  readonly status: "draft" | "running" | "paused" | "completed" | "undoing" | "undone";
  readonly progress: Readonly<Record<ProgressCount, number>>;
  /** In the answer that shows one migration. */
  readonly totals?: readonly (ImpactWire & {
    readonly subscriptions: number;
    readonly usage_before: string;
    readonly usage_after: string;
  })[];
}

export type ProgressCount =
  | "total"
  | "assessed"
  | "moved"
  | "skipped"
  | "failed"
  | "returned"
  | "kept"
  | "left";

export interface MigratedSubscriptionWire {
  readonly subscription: string;
  readonly customer_name: string;
  readonly from_version: number;
  readonly state: string;
  readonly code: string | null;
  readonly impact: (ImpactWire & { readonly usage: UsageImpactWire | null }) | null;
  readonly effective_at: string | null;
}
