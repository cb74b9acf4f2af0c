import { channel } from "node:diagnostics_channel";
import type { FaultPoint } from "#kernel/fault-points.ts";

/** The channel's name: the crash suite subscribes to it, nothing that ships does. */
export const FAULT_CHANNEL = "farthing:fault-point";

const faults = channel(FAULT_CHANNEL);

/**
 * Marks a place at which a crash is instructive. It does nothing, at the price of reading one flag,
 * unless code in this very process has subscribed: no setting, request or file can make it do more.
 */
export function faultPoint(name: FaultPoint): void {
  if (faults.hasSubscribers) faults.publish(name);
}
