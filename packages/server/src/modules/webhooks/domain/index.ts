export * from "./delivery.ts";
export * from "./dialect.ts";
export * from "./endpoint.ts";
export * from "./event.ts";
export * from "./health.ts";
export * from "./outcome.ts";
export * from "./snapshot.ts";
