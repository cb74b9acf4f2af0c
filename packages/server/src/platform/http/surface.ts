import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { TSchema } from "typebox";
import type { Failure } from "./failure.ts";
import type { PreviewShape } from "./preview.ts";

/** How a surface writes its errors. */
export interface ErrorShape {
  readonly contentType: string;
  /** What the OpenAPI file says of it. */
  readonly schema: TSchema;
  /** What is sent as JSON; text, a page, is sent as it stands. */
  body(failure: Failure, requestId: string): object | string;
}

/** One way in: routes that share an error shape and the addresses below which they live. */
export interface Surface {
  readonly name: string;
  /** `/v1`: what is not found below it is answered in this surface's shape. */
  readonly owns: string;
  readonly errors: ErrorShape;
  /** How its writes are previewed; a surface without one previews none. */
  readonly preview?: PreviewShape;
  /** What `X-API-Version` may ask for; a surface without versions takes no notice of it. */
  readonly apiVersions?: readonly string[];
  /** Pages get the headers that protect HTML. */
  readonly sends?: "json" | "pages";
  /** Each route writes its whole path. */
  readonly routes: readonly FastifyPluginAsyncTypebox[];
}

/** The surface that owns the most of an address; undefined where none does. */
export function surfaceAt(url: string, surfaces: readonly Surface[]): Surface | undefined {
  const path = url.split("?", 1)[0] ?? "";
  const [owner] = surfaces
    .filter(({ owns }) => path === owns || path.startsWith(`${owns}/`))
    .toSorted((one, other) => other.owns.length - one.owns.length);
  return owner;
}
