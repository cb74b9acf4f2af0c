import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { type ErrorCode, errorCodes } from "#kernel/error.ts";
import { statusOfCode } from "./failure.ts";
import { shareTitledSchemas } from "./openapi-components.ts";
import type { Operation } from "./operation.ts";
import type { Surface } from "./surface.ts";

export interface OpenApiOptions {
  readonly publicUrl: string;
  readonly version: string;
  readonly surfaces: readonly Surface[];
  /** By operationId; filled while the routes are registered. */
  readonly operations: ReadonlyMap<string, Operation>;
}

type Json = Record<string, unknown>;

/** Serves the API's description at `/openapi.json`, and pages to read it at `/docs`. */
export async function describeApi(app: FastifyInstance, options: OpenApiOptions): Promise<void> {
  const { publicUrl, version, surfaces, operations } = options;
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Farthing", version, license: { name: "Apache-2.0" } },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer" },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
    },
    transformObject: (document) =>
      "openapiObject" in document
        ? completed(document.openapiObject as Json, surfaces, operations)
        : document.swaggerObject,
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: true });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}

/** Adds what follows from the routes' configuration: errors, tokens, the Idempotency-Key header. */
function completed(
  document: Json,
  surfaces: readonly Surface[],
  operations: ReadonlyMap<string, Operation>,
): Json {
  const components = document["components"] as { schemas?: Json };
  components.schemas = { ...components.schemas, ErrorCode: errorCodeSchema() };
  for (const { name, errors } of surfaces)
    components.schemas[errorSchemaName(name)] = errors.schema;
  for (const path of Object.values(document["paths"] as Record<string, Record<string, Json>>)) {
    for (const described of Object.values(path)) {
      const operation = operations.get(String(described["operationId"]));
      if (operation !== undefined) complete(described, operation);
    }
  }
  return shareTitledSchemas(document);
}

function complete(
  described: Json,
  { config, surface, takesIdempotencyKey, refuses }: Operation,
): void {
  described["security"] = config.scope === undefined ? [] : [{ bearer: [] }, { apiKey: [] }];
  if (config.scope !== undefined) {
    described["description"] = [described["description"], `Needs the scope \`${config.scope}\`.`]
      .filter(Boolean)
      .join("\n\n");
  }
  if (takesIdempotencyKey) {
    described["parameters"] = [
      ...((described["parameters"] ?? []) as Json[]),
      IDEMPOTENCY_PARAMETER,
    ];
  }
  const body = described["requestBody"] as Json | undefined;
  if (config.emptyBody === true && body !== undefined) body["required"] = false;
  described["responses"] = {
    ...(described["responses"] as Json),
    ...errorResponses(surface, refuses),
  };
}

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "Repetitions with the same key are answered with the first answer.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function errorResponses(surface: Surface, refuses: ReadonlySet<ErrorCode>): Json {
  const codes = [...refuses].toSorted();
  const statuses = new Set(codes.map(statusOfCode));
  const responses: Json = {};
  for (const status of statuses) {
    const lines = codes
      .filter((code) => statusOfCode(code) === status)
      .map((code) => `- \`${code}\`: ${errorCodes[code].means}`);
    responses[status] = errorResponse(surface, lines.join("\n"));
  }
  responses["500"] = errorResponse(surface, "- `internal_error`: The server's own fault.");
  return responses;
}

function errorResponse({ name, errors }: Surface, description: string): Json {
  const schema = { $ref: `#/components/schemas/${errorSchemaName(name)}` };
  return { description, content: { [errors.contentType]: { schema } } };
}

/** `metered` is `MeteredError`. */
function errorSchemaName(surfaceName: string): string {
  return `${surfaceName.charAt(0).toUpperCase()}${surfaceName.slice(1)}Error`;
}

function errorCodeSchema(): Json {
  const lines = Object.entries(errorCodes).map(([code, { means }]) => `- \`${code}\`: ${means}`);
  return {
    type: "string",
    enum: [...Object.keys(errorCodes), "internal_error"],
    description: lines.join("\n"),
  };
}
