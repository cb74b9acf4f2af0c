import { isColorful } from "../config.ts";
import { grouped } from "./table.ts";

/** Where a piece of long work has got to. */
export interface ProgressState {
  /** Between 0 and 1; null while nobody knows. */
  readonly share: number | null;
  /** What was done so far, such as rows. */
  readonly count: number;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Takes the bar away and leaves one line. */
  finish(line?: string): void;
}

export interface ProgressOptions {
  readonly label: string;
  /** What `count` counts. */
  readonly unit: string;
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly nowMs?: () => number;
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5_000;
const BAR_WIDTH = 20;
const CLEAR_LINE = "\r\u001b[2K";

/** A bar that is redrawn on a terminal; elsewhere a line every few seconds. */
export function startProgress(options: ProgressOptions): Progress {
  const { stream, nowMs = () => performance.now() } = options;
  const isDrawn = isColorful(stream);
  const startedMs = nowMs();
  const everyMs = isDrawn ? REDRAW_MS : PLAIN_LINE_MS;
  let shownMs = isDrawn ? Number.NEGATIVE_INFINITY : startedMs;
  return {
    update(state) {
      const atMs = nowMs();
      if (atMs - shownMs < everyMs) return;
      shownMs = atMs;
      const line = progressLine(options, state, (atMs - startedMs) / 1000);
      stream.write(isDrawn ? CLEAR_LINE + line.slice(0, (stream.columns || 80) - 1) : `${line}\n`);
    },
    finish(line) {
      if (isDrawn) stream.write(CLEAR_LINE);
      if (line !== undefined) stream.write(`${line}\n`);
    },
  };
}

/** `import  ███████░░░░  31 %  2 s left  12,000 rows  9,800/s` */
export function progressLine(
  { label, unit }: Pick<ProgressOptions, "label" | "unit">,
  { share, count }: ProgressState,
  elapsedSeconds: number,
): string {
  const perSecond = elapsedSeconds > 0 ? Math.round(count / elapsedSeconds) : 0;
  const counted = `${grouped(count)} ${unit}  ${grouped(perSecond)}/s`;
  if (share === null) return `${label}  ${counted}`;
  const filled = Math.round(Math.min(1, share) * BAR_WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const left = share > 0 ? `  ${duration((elapsedSeconds / share) * (1 - share))} left` : "";
  // The speed comes last: it is what a narrow terminal may cut off.
  return `${label}  ${bar} ${percent} %${left}  ${counted}`;
}

/** `43 s`, `2 min 5 s`, `1 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
