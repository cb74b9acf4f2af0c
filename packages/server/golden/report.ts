import type { Evaluation, Verdict } from "./evaluate.ts";

export function reportJson(evaluations: readonly Evaluation[]): string {
  const cases = evaluations.map(({ id, verdict, got, expected, reason }) => ({
    id,
    verdict,
    got,
    expected,
    reason,
  }));
  const { agree, differ, unsupported } = countsOf(evaluations);
  return JSON.stringify({ agree, differ, unsupported, cases }, null, 2);
}

/** A line for each topic, then every case that differs and why others have no answer. */
export function reportText(evaluations: readonly Evaluation[]): string {
  const topics = [...new Set(evaluations.map(({ topic }) => topic))];
  const width = Math.max(...topics.map((topic) => topic.length), "topic".length);
  const line = (name: string, of: readonly Evaluation[]) => {
    const { agree, differ, unsupported } = countsOf(of);
    return row(name.padEnd(width), agree, differ, unsupported);
  };
  return [
    row("topic".padEnd(width), "agree", "differ", "unsupported"),
    ...topics.map((topic) =>
      line(
        topic,
        evaluations.filter((one) => one.topic === topic),
      ),
    ),
    line("", evaluations),
    ...evaluations.flatMap(remark),
  ].join("\n");
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return `${name}  ${cells.map((cell) => `${cell}`.padStart(11)).join("")}`;
}

function remark({ id, topic, verdict, got, expected, reason }: Evaluation): string[] {
  switch (verdict) {
    case "agree":
      return [];
    case "unsupported":
      return [`${id} ${topic}: not supported, ${reason}.`];
    case "differ":
      return [
        `${id} ${topic}: ${reason}; got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}.`,
      ];
  }
}

function countsOf(evaluations: readonly Evaluation[]): Record<Verdict, number> {
  const count = (wanted: Verdict) => evaluations.filter(({ verdict }) => verdict === wanted).length;
  return { agree: count("agree"), differ: count("differ"), unsupported: count("unsupported") };
}
