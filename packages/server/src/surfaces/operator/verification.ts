import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { countCustomers, type Place, type VerifiedPage } from "#modules/verification/index.ts";
import { Closed } from "#platform/http/wire.ts";
import { placeFromCursor, VerificationPage, verifiedPageToWire } from "./verification-wire.ts";

export interface VerificationDeps {
  /** Verifies the next part of a project, in short transactions of its own. */
  readonly verify: (projectId: number, place: Place) => Promise<VerifiedPage>;
}

/** The proof of the books: everything that has to hold of what is stored, part by part. */
export const verificationRoutes =
  ({ verify }: VerificationDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      "/v1/verification",
      {
        config: { scope: "billing:read", refuses: ["rail_not_configured", "rail_unavailable"] },
        schema: {
          operationId: "verify",
          summary: "Verify the next part of what is stored, and name what does not hold",
          description:
            "Counters are added up again from their events, invoices from their lines and these from what they were computed from, the books from invoices and payments, with their hashes. Each page is some customers, read from one snapshot, and the last pages are the series of numbers. Follow `next_cursor` to the end. Nothing is written, and writing need not stop.",
          tags: ["verification"],
          querystring: Closed({ cursor: Type.Optional(Type.String({ maxLength: 100 })) }),
          response: { 200: VerificationPage },
        },
      },
      (request) => {
        const { cursor } = request.query;
        const place = placeFromCursor(cursor);
        return Promise.all([
          verify(request.caller.projectId, place),
          cursor === undefined ? request.transact(countCustomers) : null,
        ]).then(([page, total]) => verifiedPageToWire(page, total));
      },
    );
  };
