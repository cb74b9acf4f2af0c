export { ensureUsagePartitions } from "./partitions.ts";
export { createUsageRecorder, type UsageRecorder, type UsageRecorderOptions } from "./recorder.ts";
export { lockUnbilledCounters, type MetricUsage, markCountersBilled, usageOf } from "./store.ts";
export {
  type EventPage,
  type EventsKey,
  listEvents,
  listEventsOf,
  type StoredUsageEvent,
  sumEventsOf,
} from "./store-events.ts";
export { tallyEvents } from "./store-tallies.ts";
