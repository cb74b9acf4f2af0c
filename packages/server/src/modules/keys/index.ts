export type { AccessToken } from "#modules/keys/domain/index.ts";
export {
  type AccessTokenDeps,
  getAccessToken,
  type IssuedToken,
  issueAccessToken,
  type NewAccessToken,
  revokeAccessToken,
  rotateAccessToken,
} from "./access-tokens.ts";
export { type Authenticator, createAuthenticator } from "./authenticator.ts";
export { listAccessTokens } from "./store.ts";
