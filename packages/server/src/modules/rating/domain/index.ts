export type { PriceModel, Tier } from "./model.ts";
