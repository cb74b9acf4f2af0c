import { Type } from "typebox";
import {
  migrationStatuses,
  rowStates,
  takesEffects,
} from "#modules/plan-migrations/domain/index.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Nullable,
} from "#platform/http/wire.ts";

const AUDIENCE_MAX = 1000;
const VERSION_MAX = 2 ** 31 - 1;

const nowModes = ["now_prorated", "now_full", "now_without"] as const satisfies readonly NowMode[];

const Version = (description: string) =>
  Type.Integer({ minimum: 1, maximum: VERSION_MAX, examples: [2], description });

const Ids = (description: string) =>
  Type.Array(Type.String({ maxLength: 100, examples: ["cus_01jz8p3xq5v7k"] }), {
    maxItems: AUDIENCE_MAX,
    uniqueItems: true,
    description,
  });

export const NewPlanMigration = Closed({
  plan: IdString("plan", { description: "A plan, or an add-on" }),
  from_version: Type.Optional(Version("Every version before `to_version`, when absent")),
  to_version: Type.Optional(Version("The newest, when absent")),
  when: Type.Optional(
    Literals(takesEffects, { description: "`period_end`, unless you say otherwise" }),
  ),
  policy: Type.Optional(
    Literals(nowModes, {
      description: "For `now` alone: as the plan's `change_policy` says, when absent",
      examples: ["now_prorated"],
    }),
  ),
  only: Type.Optional(Ids("Customers and subscriptions; all who hold the plan, when absent")),
  except: Type.Optional(Ids("Customers and subscriptions that are left as they are")),
});

const Count = (description: string) => Type.Integer({ minimum: 0, description });

const Progress = Closed(
  {
    total: Count("The subscriptions that held another version when the draft was made"),
    assessed: Count("Those for which it is worked out beforehand what a move comes to"),
    moved: Count("Those that hold the other version, or will from their period's end on"),
    skipped: Count("Those that cannot be moved as they are; each says why"),
    failed: Count("Those whose move ran into a defect of the server, which is in its log"),
    returned: Count("Those that an undo has made what they were"),
    kept: Count("Those that an undo could not return; each says why"),
    left: Count("Those that wait"),
  },
  { title: "PlanMigrationProgress" },
);

const planMigrationFields = {
  id: IdString("planMigration"),
  plan: IdString("plan"),
  from_version: Nullable(Type.Integer()),
  to_version: Type.Integer(),
  when: Literals(takesEffects),
  policy: Nullable(Literals(nowModes)),
  only: Nullable(Type.Array(Type.String())),
  except: Type.Array(Type.String()),
  status: Literals(migrationStatuses),
  progress: Progress,
  created_at: Instant,
  started_at: Nullable(Instant),
  completed_at: Nullable(Instant),
  undone_at: Nullable(Instant),
};

export const PlanMigrationWire = Closed(planMigrationFields, { title: "PlanMigration" });

const amountFields = {
  currency: Type.String({ examples: ["JMD"] }),
  before: DecimalString({ description: "Flat prices of a period, of all that is held" }),
  after: DecimalString({ description: "The same in the other version" }),
  credited: DecimalString({ description: "Given back at once; zero or less" }),
  charged: DecimalString({ description: "Charged at once, for the rest of the running period" }),
  accrued: DecimalString({
    description: "Billed with it: what ran and was used until then, due at the period's end else",
  }),
};

const impactFields = {
  ...amountFields,
  usage: Nullable(
    Closed(
      {
        period_start: Instant,
        period_end: Instant,
        before: DecimalString(),
        after: DecimalString(),
      },
      {
        description:
          "What was used in the last whole period, else in the running one so far, at the prices of both " +
          "versions, without minimum and maximum spend; null where the other one counts it otherwise",
      },
    ),
  ),
};

const totalFields = {
  subscriptions: Type.Integer(),
  ...amountFields,
  usage_before: DecimalString({ description: "Of those whose usage can be compared" }),
  usage_after: DecimalString(),
};

export const PlanMigrationDetailWire = Closed({
  ...planMigrationFields,
  totals: Type.Array(Closed(totalFields), {
    description: "What the moves come to together, by currency: as made, else as worked out so far",
  }),
});

export const RowState = Literals(rowStates);

export const MigratedSubscriptionWire = Closed(
  {
    subscription: IdString("subscription"),
    customer: IdString("customer"),
    customer_name: Type.String(),
    from_version: Type.Integer(),
    state: RowState,
    code: Nullable(
      Type.String({
        description: "Why it is not moved, or is kept; while it waits, why it would be skipped",
        examples: ["change_pending"],
      }),
    ),
    details: Nullable(Type.Record(Type.String(), Type.Unknown())),
    impact: Nullable(
      Closed(impactFields, {
        description: "What the move came to; while it waits, what it would have come to",
      }),
    ),
    invoice: Nullable(IdString("invoice")),
    assessed_at: Nullable({ ...Instant, description: "When it was worked out beforehand" }),
    moved_at: Nullable(Instant),
    effective_at: Nullable({ ...Instant, description: "Since when the other version holds" }),
  },
  { title: "MigratedSubscription" },
);
