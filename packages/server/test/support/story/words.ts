import { isoInstant } from "#kernel/clock.ts";

/** The shortest way to write an instant in UTC: `2026-01-01`, `2026-01-01T05:00`. */
export function on(instant: string | number): string {
  const iso = typeof instant === "number" ? isoInstant(instant) : instant;
  return iso
    .replace(/(?:\.000)?Z$/, "")
    .replace(/:00$/, "")
    .replace(/T00:00$/, "");
}

/** What `on` wrote, or an instant of any length, as the API takes it. */
export function full(short: string): string {
  const iso = short.includes("T") ? short : `${short}T00:00`;
  return isoInstant(Date.parse(iso.endsWith("Z") ? iso : `${iso}Z`));
}

/** `2026-01-01 – 2026-02-01` */
export function span(start: string, end: string): string {
  return `${on(start)} – ${on(end)}`;
}
