import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from "fastify";
import { type DestinationStream, type Logger, pino } from "pino";

const SECRET_PATHS = [
  "headers.authorization",
  'headers["x-api-key"]',
  "headers.cookie",
  'headers["stripe-signature"]',
  'headers["idempotency-key"]',
  "token",
  "secret",
  "*.token",
  "*.secret",
];

/** The process's log: JSON lines on standard output, in which secrets are replaced. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: { paths: SECRET_PATHS, censor: "[secret]" },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Writes the line of an answered request. */
export type AnswerLog = (request: FastifyRequest, reply: FastifyReply, durationMs: number) => void;

/** The log lines of one route. */
export function answerLog(logger: FastifyBaseLogger, route: string): AnswerLog {
  return ({ id, method, authenticated }, { statusCode }, durationMs) =>
    logger.info(
      {
        request_id: id,
        method,
        route,
        status: statusCode,
        duration_ms: Math.round(durationMs * 10) / 10,
        project_id: authenticated?.projectId,
      },
      "request",
    );
}
