import { groupBy } from "#kernel/group-by.ts";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import {
  type Breach,
  type RailJournal,
  verifyCustomers,
  verifyProject,
} from "#modules/verification/index.ts";
import { expectedPicture } from "./expected.ts";
import { foundPictures } from "./found.ts";
import type { Life } from "./history.ts";
import { difference } from "./picture.ts";
import type { Player } from "./player.ts";
import type { Product } from "./product.ts";

/** Where the product and the rules parted. */
export interface Failure {
  /** Null when it cannot be told whose it is. */
  readonly life: Life | null;
  readonly atMs: number;
  readonly words: string;
}

/** What ends a play before its time. */
export class Parted extends Error {
  override readonly name = "Parted";

  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.words);
    this.failure = failure;
  }
}

/** Compares what there is of customers with what the rules say. */
export async function compare(product: Product, players: readonly Player[]): Promise<void> {
  const known = players.flatMap((player) => {
    const customerId = product.customers.get(player.life.number);
    return customerId === undefined ? [] : [{ player, customerId }];
  });
  if (known.length === 0) return;
  const found = await foundPictures(
    product,
    known.map(({ customerId }) => customerId),
  );
  for (const { player, customerId } of known) {
    const there = found.get(customerId) ?? { memberships: [], creditMinor: 0n };
    const words = difference(expectedPicture(player.account), there);
    if (words !== null) part(product, player.life, words);
  }
}

/** Verifies all that is stored of some customers. */
export async function verifySome(product: Product, players: readonly Player[]): Promise<void> {
  if (players.length === 0) return;
  const { app, projectIds } = product.shop;
  const lives = new Map(
    players.flatMap(({ life }) => {
      const id = product.customers.get(life.number);
      return id === undefined ? [] : [[id, life] as const];
    }),
  );
  const breachesOf = (customerIds: readonly bigint[]) =>
    app.db.inSnapshot(projectIds.sandbox, async (tx) => {
      return (await verifyCustomers(tx, customerIds)).breaches;
    });
  if ((await breachesOf([...lives.keys()])).length === 0) return;
  for (const [id, life] of lives) {
    const [breach] = await breachesOf([id]);
    if (breach !== undefined) part(product, life, wordsOf(breach));
  }
}

/** Verifies the whole project, with what was charged. */
export async function verifyEverything(
  product: Product,
  players: readonly Player[],
): Promise<void> {
  const { app, projectIds } = product.shop;
  const journal = await readWhole(product);
  const { breaches } = await verifyProject(app.db, projectIds.sandbox, { journal });
  const [breach] = breaches;
  if (breach === undefined) return;
  await verifySome(product, players);
  part(product, null, wordsOf(breach));
}

/** The rail's journal, read once for all customers: nobody is charged while everything is looked at. */
async function readWhole({ shop, customers }: Product): Promise<RailJournal> {
  const journal = sandboxJournal(shop.app.sandbox.journal.charges);
  const charges = await journal.chargesOf([...customers.values()]);
  const byCustomer = groupBy(charges, ({ customerId }) => customerId);
  return {
    chargesOf: async (ids) => ids.flatMap((id) => byCustomer.get(id) ?? []),
    chargedFor: journal.chargedFor,
    refundedFor: journal.refundedFor,
  };
}

function wordsOf({ invariant, kind, id, expected, found }: Breach): string {
  return `verify: ${invariant} does not hold for ${kind} ${id}\nexpected ${expected}\n   found ${found}`;
}

function part({ shop }: Product, life: Life | null, words: string): never {
  throw new Parted({ life, atMs: shop.clock.now(), words });
}
