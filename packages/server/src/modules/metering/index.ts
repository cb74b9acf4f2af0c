export { ensureUsagePartitions } from "./partitions.ts";
export { createUsageRecorder, type UsageRecorder, type UsageRecorderOptions } from "./recorder.ts";
export {
  lockUnbilledCounters,
  type MeterUsage,
  markCountersBilled,
  usageOf,
} from "./store.ts";
export { aggregateEventsOf, type EventsKey } from "./store-aggregate.ts";
export {
  type EventPage,
  listEvents,
  listEventsOf,
  type StoredUsageEvent,
} from "./store-events.ts";
export { type EventSearch, type FoundEvent, searchEvents } from "./store-search.ts";
export { tallyEvents } from "./store-tallies.ts";
