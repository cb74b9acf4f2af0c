export * from "./billing-segments.ts";
export * from "./lifecycle.ts";
export * from "./quantity-band.ts";
export * from "./subscription.ts";
