/** How fast events were taken in when so many rows were stored. */
export interface GrowthPoint {
  readonly rows: number;
  readonly eventsPerSecond: number;
}

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 72, right: 696, top: 56, bottom: 304 };

/** A line through the points, on axes from zero, readable on a light and on a dark page. */
export function growthPicture(points: readonly GrowthPoint[]): string {
  const rows = axis(points.map((point) => point.rows));
  const rates = axis(points.map((point) => point.eventsPerSecond));
  const x = (value: number) => at(value / rows.end, PLOT.left, PLOT.right);
  const y = (value: number) => at(value / rates.end, PLOT.bottom, PLOT.top);
  const places = points.map((point) => [x(point.rows), y(point.eventsPerSecond)] as const);
  const summary = points.map((point) => `${short(point.rows)}: ${short(point.eventsPerSecond)}/s`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title what">
<title id="title">Usage events taken in a second, against the events stored</title>
<desc id="what">${summary.join("; ")}</desc>
<style>
  text { font: 13px system-ui, sans-serif; fill: #57606a; }
  .title { font-size: 16px; font-weight: 600; }
  .grid { stroke: #57606a; stroke-opacity: 0.25; }
  .rate { stroke: #0969da; stroke-width: 2.5; fill: none; }
  .point { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9aa4af; }
    .rate { stroke: #58a6ff; }
    .point { fill: #58a6ff; }
  }
</style>
<text class="title" x="${PLOT.left}" y="28">Events taken in a second, in batches of 1,000</text>
${rates.ticks.map((tick) => gridLine(y(tick), short(tick))).join("\n")}
${rows.ticks.map((tick) => bottomLabel(x(tick), short(tick))).join("\n")}
<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">events stored</text>
<polyline class="rate" points="${places.map((place) => place.join(",")).join(" ")}"/>
${places.map(([cx, cy]) => `<circle class="point" cx="${cx}" cy="${cy}" r="4"/>`).join("\n")}
</svg>
`;
}

function gridLine(y: number, label: string): string {
  return (
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}"/>` +
    `<text x="${PLOT.left - 8}" y="${y + 4}" text-anchor="end">${label}</text>`
  );
}

function bottomLabel(x: number, label: string): string {
  return `<text x="${x}" y="${PLOT.bottom + 20}" text-anchor="middle">${label}</text>`;
}

function at(share: number, from: number, to: number): number {
  return Math.round((from + share * (to - from)) * 10) / 10;
}

/** From zero to the first tick that no value passes, in four to ten even steps of 1, 2 or 5. */
function axis(values: readonly number[]): { readonly end: number; readonly ticks: number[] } {
  const highest = Math.max(1, ...values);
  const magnitude = 10 ** Math.floor(Math.log10(highest / 4));
  const step =
    [1, 2, 5, 10].map((n) => n * magnitude).findLast((n) => highest / n >= 4) ?? magnitude;
  const count = Math.ceil(highest / step);
  return { end: count * step, ticks: Array.from({ length: count + 1 }, (_, n) => n * step) };
}

/** `20 M`, `150 k`, `0`. */
function short(value: number): string {
  const [scale, unit] =
    value >= 1_000_000 ? [1_000_000, " M"] : value >= 1_000 ? [1_000, " k"] : [1, ""];
  return `${Number((value / scale).toPrecision(3))}${unit}`;
}
