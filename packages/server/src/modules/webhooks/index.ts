export * from "./deliverer.ts";
export * from "./deliveries.ts";
export * from "./endpoints.ts";
export * from "./event-log.ts";
export * from "./events.ts";
export * from "./fan-out.ts";
