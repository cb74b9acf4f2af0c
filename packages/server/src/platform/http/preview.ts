import type { preHandlerHookHandler } from "fastify";
import { type TSchema, Type } from "typebox";
import type { Tx } from "#platform/db/database.ts";
import { Closed } from "./wire.ts";

/** How a surface shows what a write would do. */
export interface PreviewShape {
  /** What the OpenAPI file says of it; `answer` is what the write itself answers. */
  schema(answer: TSchema): TSchema;
  /** What the transaction has written so far, with the answer that the write would give. */
  read(tx: Tx, answer: unknown): Promise<object>;
}

/** What a route that can be previewed reads from its address. */
export const PreviewQuery = Closed({
  dry_run: Type.Optional(
    Type.Boolean({
      description:
        "Answers what the request would do, and does nothing: nothing is kept or charged",
    }),
  ),
});

/** Has a route previewed in this shape when its caller asks for that. */
export function previewWhenAsked(shape: PreviewShape): preHandlerHookHandler {
  return (request, reply, done) => {
    const { dry_run: isDryRun = false } = request.query as { dry_run?: boolean };
    if (isDryRun) {
      request.preview = shape;
      reply.code(200);
    }
    done();
  };
}
