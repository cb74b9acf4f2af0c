import type { Log } from "#platform/jobs/log.ts";

/** A log that keeps what it is told above debugging. */
export interface RecordingLog extends Log {
  readonly entries: {
    readonly level: string;
    readonly details: object;
    readonly message: string;
  }[];
}

export function recordingLog(): RecordingLog {
  const entries: RecordingLog["entries"] = [];
  const keep = (level: string) => (details: object, message: string) => {
    entries.push({ level, details, message });
  };
  return {
    entries,
    error: keep("error"),
    warn: keep("warn"),
    info: keep("info"),
    debug: () => undefined,
  };
}
