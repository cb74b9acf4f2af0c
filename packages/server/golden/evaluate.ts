import { amountAdapters } from "./adapters/amounts.ts";
import { changeAdapters } from "./adapters/changes.ts";
import { periodAdapters } from "./adapters/periods.ts";
import { prorationAdapters } from "./adapters/proration.ts";
import { tierAdapters } from "./adapters/tiers.ts";
import { timeZoneAdapters } from "./adapters/time-zones.ts";
import { unsupported } from "./adapters/unsupported.ts";
import { usageAdapters } from "./adapters/usage.ts";
import { type Figure, type Figures, type GoldenCase, isAbout, isTaking } from "./golden-case.ts";
import { Unreadable } from "./words.ts";

export type Verdict = "agree" | "differ" | "unsupported";

export interface Evaluation {
  readonly id: string;
  readonly topic: string;
  readonly verdict: Verdict;
  /** What this engine answers; null where it has no answer. */
  readonly got: Figures | null;
  readonly expected: Figures;
  /** Why there is no answer, or which names differ; null where all agree. */
  readonly reason: string | null;
}

const adapters = [
  ...prorationAdapters,
  ...amountAdapters,
  ...changeAdapters,
  ...periodAdapters,
  ...timeZoneAdapters,
  ...tierAdapters,
  ...usageAdapters,
];

/** Asks the engine's own domain functions and compares its answer with what is expected. */
export function evaluate(golden: GoldenCase): Evaluation {
  const { id, topic, expected } = golden;
  const missing = unsupported.find((one) => isAbout(one, golden));
  if (missing !== undefined) return withoutAnswer(golden, missing.reason);
  const adapter = adapters.find((one) => isTaking(one, golden));
  if (adapter === undefined) return withoutAnswer(golden, "no case of this shape is known");
  try {
    const got = adapter.answer(golden);
    const differing = Object.keys(expected).filter(
      (name) => !isEqual(got[name] ?? null, expected[name] ?? null),
    );
    if (differing.length === 0) {
      return { id, topic, verdict: "agree", got, expected, reason: null };
    }
    return {
      id,
      topic,
      verdict: "differ",
      got,
      expected,
      reason: `differs in ${differing.join(", ")}`,
    };
  } catch (error) {
    if (error instanceof Unreadable) return withoutAnswer(golden, error.message);
    // One case that the engine refuses takes no other down, and is no agreement.
    const reason = `refused: ${error instanceof Error ? error.message : String(error)}`;
    return { id, topic, verdict: "differ", got: null, expected, reason };
  }
}

function withoutAnswer({ id, topic, expected }: GoldenCase, reason: string): Evaluation {
  return { id, topic, verdict: "unsupported", got: null, expected, reason };
}

/** Whether two figures are the same; decimals are compared by value, `4.0` is `4`. */
function isEqual(one: Figure, other: Figure): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length && one.every((item, index) => isEqual(item, other[index] ?? null))
    );
  }
  return canonical(one) === canonical(other);
}

const DECIMAL = /^(-?\d+)(?:\.(\d+))?$/;

function canonical(figure: Figure): string {
  if (typeof figure !== "string" && typeof figure !== "number") return JSON.stringify(figure);
  const [, whole, fraction = ""] = DECIMAL.exec(`${figure}`) ?? [];
  if (whole === undefined) return JSON.stringify(figure);
  const kept = fraction.replace(/0+$/, "");
  return kept === "" ? whole : `${whole}.${kept}`;
}
