import { type EpochMs, isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import type { AccessToken } from "#modules/keys/domain/index.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

/** A token as it is kept, with what proves its secret and whose it is. */
export interface StoredToken extends AccessToken {
  readonly projectId: number;
  readonly secretHash: Buffer;
}

// A project's own tokens have customer 0, which leads the key like any other customer.
const PROJECT_CUSTOMER = 0;
const COLUMNS = "id, project_id, name, scopes, secret_hash, created_at, expires_at, revoked_at";

export async function insertAccessToken(tx: Tx, token: StoredToken): Promise<void> {
  await tx.query(
    `insert into access_token (customer_id, ${COLUMNS})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      PROJECT_CUSTOMER,
      token.id,
      token.projectId,
      token.name,
      token.scopes,
      token.secretHash,
      isoInstant(token.createdAtMs),
      isoInstantOrNull(token.expiresAtMs),
      isoInstantOrNull(token.revokedAtMs),
    ],
  );
}

/** The token with this id, or null; in a project's transaction only one of its own. */
export async function findAccessToken(
  tx: Tx | DiscoveryTx,
  id: bigint,
): Promise<StoredToken | null> {
  const [row] = await tx.query<TokenRow>(
    `select ${COLUMNS} from access_token where customer_id = $1 and id = $2`,
    [PROJECT_CUSTOMER, id],
  );
  return row === undefined ? null : tokenFromRow(row);
}

/** The same, locked until the transaction ends. */
export async function lockAccessToken(tx: Tx, id: bigint): Promise<StoredToken | null> {
  const [row] = await tx.query<TokenRow>(
    `select ${COLUMNS} from access_token where customer_id = $1 and id = $2 for update`,
    [PROJECT_CUSTOMER, id],
  );
  return row === undefined ? null : tokenFromRow(row);
}

/** Newest first, starting below `beforeId` when there is one. */
export async function listAccessTokens(
  tx: Tx,
  { beforeId, count }: { beforeId: bigint | null; count: number },
): Promise<AccessToken[]> {
  const rows = await tx.query<TokenRow>(
    `select ${COLUMNS} from access_token
      where customer_id = $1 and project_id = $2 and ($3::bigint is null or id < $3)
      order by id desc limit $4`,
    [PROJECT_CUSTOMER, tx.projectId, beforeId, count],
  );
  return rows.map(tokenFromRow);
}

/** Sets when a token ends and whether it was taken back. */
export async function updateAccessToken(tx: Tx, token: AccessToken): Promise<void> {
  await tx.query(
    `update access_token set expires_at = $3, revoked_at = $4 where customer_id = $1 and id = $2`,
    [
      PROJECT_CUSTOMER,
      token.id,
      isoInstantOrNull(token.expiresAtMs),
      isoInstantOrNull(token.revokedAtMs),
    ],
  );
}

interface TokenRow {
  readonly id: bigint;
  readonly project_id: number;
  readonly name: string;
  readonly scopes: string[];
  readonly secret_hash: Buffer;
  readonly created_at: EpochMs;
  readonly expires_at: EpochMs | null;
  readonly revoked_at: EpochMs | null;
}

function tokenFromRow(row: TokenRow): StoredToken {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    scopes: row.scopes,
    secretHash: row.secret_hash,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    revokedAtMs: row.revoked_at,
  };
}
