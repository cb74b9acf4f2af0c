import { isoInstant } from "#kernel/clock.ts";
import type {
  AwaitedChange,
  Item,
  LicenseStep,
  NowMode,
  PendingChange,
} from "#modules/subscriptions/domain/index.ts";

/** Items and changes as they are stored: ids and whole numbers as text, instants in UTC. */
export interface ItemJson {
  plan: string;
  version: number;
  quantity: string;
  billable: string;
  licensed?: LicenseStepJson[];
}

export interface LicenseStepJson {
  from: string;
  quantity: string;
}

export interface PendingChangeJson {
  at: string | null;
  requested_at: string;
  mode: NowMode;
  plan: ItemJson;
  add_ons: ItemJson[];
}

export interface AwaitedChangeJson {
  invoice: string;
  requested_at: string;
  plan: ItemJson;
  add_ons: ItemJson[];
}

export function stepsToJson(steps: readonly LicenseStep[] | null): LicenseStepJson[] | null {
  if (steps === null) return null;
  return steps.map(({ fromMs, quantity }) => ({
    from: isoInstant(fromMs),
    quantity: `${quantity}`,
  }));
}

export function stepsFromJson(json: readonly LicenseStepJson[] | null): LicenseStep[] | null {
  if (json === null) return null;
  return json.map(({ from, quantity }) => ({
    fromMs: Date.parse(from),
    quantity: BigInt(quantity),
  }));
}

/** Null where there are none: most subscriptions have no add-ons. */
export function itemsToJson(items: readonly Item[]): ItemJson[] | null {
  return items.length === 0 ? null : items.map(itemToJson);
}

export function itemsFromJson(json: readonly ItemJson[] | null): readonly Item[] {
  return json === null ? NO_ITEMS : json.map(itemFromJson);
}

const NO_ITEMS: readonly Item[] = [];

export function pendingToJson(pending: PendingChange | null): PendingChangeJson | null {
  if (pending === null) return null;
  return {
    at: pending.atMs === null ? null : isoInstant(pending.atMs),
    requested_at: isoInstant(pending.requestedAtMs),
    mode: pending.mode,
    plan: itemToJson(pending.plan),
    add_ons: pending.addOns.map(itemToJson),
  };
}

export function pendingFromJson(json: PendingChangeJson | null): PendingChange | null {
  if (json === null) return null;
  return {
    atMs: json.at === null ? null : Date.parse(json.at),
    requestedAtMs: Date.parse(json.requested_at),
    mode: json.mode,
    plan: itemFromJson(json.plan),
    addOns: json.add_ons.map(itemFromJson),
  };
}

export function awaitedToJson(awaited: AwaitedChange | null): AwaitedChangeJson | null {
  if (awaited === null) return null;
  return {
    invoice: awaited.invoiceId.toString(),
    requested_at: isoInstant(awaited.requestedAtMs),
    plan: itemToJson(awaited.plan),
    add_ons: awaited.addOns.map(itemToJson),
  };
}

export function awaitedFromJson(json: AwaitedChangeJson | null): AwaitedChange | null {
  if (json === null) return null;
  return {
    invoiceId: BigInt(json.invoice),
    requestedAtMs: Date.parse(json.requested_at),
    plan: itemFromJson(json.plan),
    addOns: json.add_ons.map(itemFromJson),
  };
}

function itemToJson({ planId, planVersion, quantity, billable, licensed }: Item): ItemJson {
  const steps = stepsToJson(licensed);
  return {
    plan: planId.toString(),
    version: planVersion,
    quantity: `${quantity}`,
    billable: `${billable}`,
    ...(steps === null ? {} : { licensed: steps }),
  };
}

function itemFromJson({ plan, version, quantity, billable, licensed }: ItemJson): Item {
  return {
    planId: BigInt(plan),
    planVersion: version,
    quantity: BigInt(quantity),
    billable: BigInt(billable),
    licensed: stepsFromJson(licensed ?? null),
  };
}
