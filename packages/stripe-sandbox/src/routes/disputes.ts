import { type DisputeRecord, type Evidence, evidenceTexts, isClosed } from "../objects/dispute.ts";
import { closeDispute, submitEvidence } from "../payments/dispute-charge.ts";
import { readMetadata } from "../wire/metadata.ts";
import type { Params } from "../wire/params.ts";
import { notAllowed } from "../wire/refusal.ts";
import { listRoute, matches } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function update(call: Call): Reply {
  const { tx, params, render } = call;
  const dispute = fromPath(call, "dispute");
  const evidence = readEvidence(params, dispute.evidence);
  const isSubmitted = params.boolean("submit") ?? true;
  const described = { ...dispute, metadata: readMetadata(params, dispute.metadata) };
  if (evidence === null) return ok(render("dispute", tx.put("dispute", described)));
  refuseClosed(dispute, "updated");
  const updated = isSubmitted
    ? submitEvidence(tx, described, evidence)
    : stage(call, { ...described, evidence });
  return ok(render("dispute", updated));
}

/** Evidence that is kept, to be handed in later. */
function stage({ tx }: Call, dispute: DisputeRecord): DisputeRecord {
  const staged = tx.put("dispute", dispute);
  tx.emit("charge.dispute.updated", { kind: "dispute", value: staged });
  return staged;
}

/** What there is after this request; null when it says nothing of evidence. */
function readEvidence(params: Params, current: Evidence): Evidence | null {
  const sent = params.child("evidence");
  if (sent === undefined) return null;
  const texts = evidenceTexts.flatMap((name) => {
    const text = sent.text(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return { ...current, ...Object.fromEntries(texts) };
}

function close(call: Call): Reply {
  const dispute = fromPath(call, "dispute");
  refuseClosed(dispute, "closed");
  return ok(call.render("dispute", closeDispute(call.tx, dispute, "lost")));
}

function refuseClosed(dispute: DisputeRecord, verb: string): void {
  if (!isClosed(dispute)) return;
  throw notAllowed(`This dispute cannot be ${verb}, because it is already closed.`);
}

export const disputeRoutes: readonly Route[] = [
  listRoute("/v1/disputes", "dispute", (params) => {
    const charge = params.filledText("charge");
    const intent = params.filledText("payment_intent");
    return (dispute) => matches(charge, dispute.charge) && matches(intent, dispute.paymentIntent);
  }),
  retrieveRoute("/v1/disputes/:id", "dispute"),
  { method: "POST", path: "/v1/disputes/:id", handle: update },
  { method: "POST", path: "/v1/disputes/:id/close", handle: close },
];
