export * from "./access-token.ts";
export * from "./token-text.ts";
