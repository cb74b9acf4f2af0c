import type Stripe from "stripe";
import type { DisputeReason } from "../cards/test-cards.ts";
import type { Metadata } from "../wire/metadata.ts";
import { toSeconds } from "./instant.ts";

/** The evidence that is text; files are not taken here. */
export const evidenceTexts = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy_disclosure",
  "cancellation_rebuttal",
  "customer_email_address",
  "customer_name",
  "customer_purchase_ip",
  "duplicate_charge_explanation",
  "duplicate_charge_id",
  "product_description",
  "refund_policy_disclosure",
  "refund_refusal_explanation",
  "service_date",
  "shipping_address",
  "shipping_carrier",
  "shipping_date",
  "shipping_tracking_number",
  "uncategorized_text",
] as const;

type EvidenceText = (typeof evidenceTexts)[number];
export type Evidence = Readonly<Partial<Record<EvidenceText, string | null>>>;

export type DisputeRecord = {
  readonly id: string;
  readonly createdMs: number;
  /** When it is lost unless evidence was submitted. */
  readonly dueMs: number;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly brand: string;
  readonly charge: string;
  readonly paymentIntent: string;
  readonly reason: DisputeReason;
  readonly status:
    | "lost"
    | "needs_response"
    | "under_review"
    | "warning_closed"
    | "warning_needs_response"
    | "warning_under_review"
    | "won";
  readonly evidence: Evidence;
  readonly submissionCount: number;
  readonly metadata: Metadata;
};

/** Whether the bank only asks and has taken no money. */
export function isInquiry({ status }: DisputeRecord): boolean {
  return status.startsWith("warning_");
}

export function isClosed({ status }: DisputeRecord): boolean {
  return status === "lost" || status === "won" || status === "warning_closed";
}

export function renderDispute(dispute: DisputeRecord, nowMs: number): Stripe.Dispute {
  return {
    id: dispute.id,
    object: "dispute",
    amount: dispute.amount,
    balance_transactions: [],
    charge: dispute.charge,
    created: toSeconds(dispute.createdMs),
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: { ...noEvidence, ...dispute.evidence },
    evidence_details: {
      due_by: isClosed(dispute) ? null : toSeconds(dispute.dueMs),
      enhanced_eligibility: {},
      has_evidence: Object.values(dispute.evidence).some((text) => text !== null),
      past_due: !isClosed(dispute) && nowMs >= dispute.dueMs,
      submission_count: dispute.submissionCount,
      submission_method: dispute.submissionCount > 0 ? "manual" : "not_submitted",
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry(dispute),
    livemode: false,
    metadata: { ...dispute.metadata },
    payment_intent: dispute.paymentIntent,
    payment_method_details: {
      card: {
        brand: dispute.brand,
        case_type: isInquiry(dispute) ? "inquiry" : "chargeback",
        network: dispute.brand,
        network_reason_code: dispute.reason === "fraudulent" ? "10.4" : "13.1",
      },
      type: "card",
    },
    reason: dispute.reason,
    status: dispute.status,
  };
}

const noEvidence: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
