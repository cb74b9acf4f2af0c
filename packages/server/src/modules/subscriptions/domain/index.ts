export * from "./lifecycle.ts";
export * from "./subscription.ts";
