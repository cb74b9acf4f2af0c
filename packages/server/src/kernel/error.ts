/** What kind of refusal it is; `platform/http` gives each kind its status. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "payment_required"
  | "forbidden"
  | "not_found"
  | "wrong_method"
  | "conflict"
  | "unprocessable"
  | "too_large"
  | "unsupported"
  | "too_many_requests"
  | "unavailable";

interface ErrorMeaning {
  readonly kind: ErrorKind;
  readonly means: string;
}

/** Every refusal the product can give. The error reference page is generated from this table. */
export const errorCodes = {
  access_token_expired: { kind: "unauthenticated", means: "This access token has expired." },
  access_token_inactive: { kind: "conflict", means: "The access token is revoked or expired." },
  access_token_invalid: { kind: "unauthenticated", means: "This access token is not known." },
  access_token_missing: { kind: "unauthenticated", means: "The request carries no access token." },
  access_token_not_found: { kind: "not_found", means: "No access token has this id." },
  access_token_revoked: { kind: "unauthenticated", means: "This access token was revoked." },
  amount_invalid: {
    kind: "invalid",
    means: "An amount is above zero, and has no more decimals than its currency.",
  },
  add_on_alone: {
    kind: "conflict",
    means: "An add-on is sold with a plan only, and a plan is no add-on.",
  },
  add_on_repeated: {
    kind: "conflict",
    means: "A plan or add-on is held once; its quantity says how many.",
  },
  add_on_unfit: {
    kind: "conflict",
    means: "An add-on has the currency and the interval of the plan that it is added to.",
  },
  api_version_unknown: {
    kind: "invalid",
    means: "X-API-Version names none of the versions that this API has.",
  },
  billing_anchor_invalid: {
    kind: "invalid",
    means: "Periods of this interval do not begin on a day of the month.",
  },
  body_invalid: { kind: "invalid", means: "The request body does not have the documented form." },
  body_malformed: { kind: "invalid", means: "The request body is not valid JSON." },
  body_too_large: {
    kind: "too_large",
    means: "The request body is larger than this server takes.",
  },
  change_awaits_payment: {
    kind: "conflict",
    means: "A change of the subscription awaits its payment; `invoice` is what has to be paid.",
  },
  change_not_pending: { kind: "not_found", means: "No change of the subscription waits." },
  change_overtaken: {
    kind: "conflict",
    means:
      "Something else dropped the change while it was being paid for, and it is not made. `kept_as_credit` says what was charged for it and became the customer's credit; null while the provider has not answered.",
  },
  change_pending: {
    kind: "conflict",
    means: "Another change of the subscription waits for its time.",
  },
  change_policy_unfit: {
    kind: "conflict",
    means: "This change cannot be made in this way; `allowed` says in which it can.",
  },
  clock_not_ahead: { kind: "invalid", means: "A test clock only moves forward." },
  credit_note_not_found: { kind: "not_found", means: "No credit note has this id." },
  credit_note_too_large: {
    kind: "conflict",
    means: "A credit note takes back what is left of the invoice and of its lines, and no more.",
  },
  currency_mismatch: {
    kind: "conflict",
    means: "The customer is billed in one currency, `allowed`, and this is another.",
  },
  currency_unknown: { kind: "invalid", means: "This is not an ISO 4217 currency code." },
  cursor_invalid: { kind: "invalid", means: "This is not a cursor that a list gave." },
  customer_exists: { kind: "conflict", means: "Another customer already has this external id." },
  customer_invalid: { kind: "invalid", means: "The customer cannot be kept as described." },
  customer_not_found: { kind: "not_found", means: "No customer has this id." },
  database_unavailable: { kind: "unavailable", means: "The database cannot be reached right now." },
  idempotency_key_invalid: {
    kind: "invalid",
    means: "An idempotency key has 1 to 255 characters.",
  },
  idempotency_key_reused: {
    kind: "unprocessable",
    means: "This idempotency key already belongs to a request with another content.",
  },
  idempotency_request_in_flight: {
    kind: "conflict",
    means: "The first request with this idempotency key is still being answered.",
  },
  invoice_invalid: { kind: "invalid", means: "The invoice cannot be made as described." },
  invoice_item_billed: {
    kind: "conflict",
    means: "The item is on an invoice already: a credit note takes back what that charged.",
  },
  invoice_item_not_found: { kind: "not_found", means: "No invoice item has this id." },
  invoice_line_not_found: { kind: "not_found", means: "The invoice has no line with this number." },
  invoice_unpaid: {
    kind: "conflict",
    means:
      "What would be given back is not paid yet: pay `invoice` first, or change at the period's end.",
  },
  invoice_not_found: { kind: "not_found", means: "No invoice has this id." },
  invoice_transition_refused: {
    kind: "conflict",
    means: "The invoice does not allow this as it stands; `details.allowed` says what it does.",
  },
  media_type_unsupported: { kind: "unsupported", means: "Bodies are sent as application/json." },
  method_not_allowed: { kind: "wrong_method", means: "This address does not take this method." },
  parameter_invalid: {
    kind: "invalid",
    means:
      "A parameter in the address, of its path or its query as `in` says, does not have the documented form; `errors` names it.",
  },
  payment_declined: {
    kind: "payment_required",
    means:
      "The charge did not go through, and nothing was granted. With an `action_url`, the payer can still satisfy the bank there.",
  },
  payment_method_not_found: { kind: "not_found", means: "No payment method has this id." },
  payment_method_refused: { kind: "payment_required", means: "The card could not be saved." },
  payment_not_collected: {
    kind: "conflict",
    means: "Only what a payment has collected can be given back.",
  },
  payment_not_found: { kind: "not_found", means: "No payment has this id." },
  payment_reference_reused: {
    kind: "conflict",
    means: "This reference already names another payment of the customer.",
  },
  payment_too_large: {
    kind: "conflict",
    means: "The payment is more than is due; ask for the surplus to become the customer's credit.",
  },
  payment_under_way: {
    kind: "conflict",
    means: "The invoice is being charged right now. Try again in a moment.",
  },
  plan_archived: { kind: "conflict", means: "The plan is archived and no longer sold." },
  plan_invalid: { kind: "invalid", means: "The plan cannot be billed as described." },
  plan_migration_invalid: {
    kind: "invalid",
    means: "A migration leads from other versions of a plan to one of them; `allowed` says more.",
  },
  plan_migration_not_found: { kind: "not_found", means: "No plan migration has this id." },
  plan_migration_transition_refused: {
    kind: "conflict",
    means: "The migration is in a status that does not allow this; `allowed_in` says which do.",
  },
  plan_not_found: { kind: "not_found", means: "No plan has this id." },
  plan_version_billed: {
    kind: "conflict",
    means: "Something was billed under this version of the plan, so that it stays.",
  },
  plan_version_metered: {
    kind: "conflict",
    means: "Usage of the running period was counted in a way that the other version does not have.",
  },
  plan_version_not_found: { kind: "not_found", means: "The plan has no version with this number." },
  plan_version_not_held: {
    kind: "conflict",
    means: "The subscription does not hold this version of the plan.",
  },
  plan_version_superseded: {
    kind: "conflict",
    means: "Another version of the plan was published at the same time.",
  },
  project_not_found: { kind: "not_found", means: "No project has this name." },
  quantity_invalid: {
    kind: "invalid",
    means: "A quantity is a decimal other than zero, below 10^15, with at most 9 decimals.",
  },
  quantity_not_offered: {
    kind: "conflict",
    means:
      "The plan is sold once: it has no `quantity_policy`. Whoever holds more and goes over to it says a quantity of 1.",
  },
  rail_not_configured: {
    kind: "unavailable",
    means: "This side has no payment provider: the server was started without its key.",
  },
  rail_unavailable: { kind: "unavailable", means: "The payment provider did not answer." },
  rail_signature_invalid: { kind: "invalid", means: "The provider's signature does not match." },
  rate_limit_exceeded: {
    kind: "too_many_requests",
    means: "This access token sends more requests than it may. Retry-After says when to go on.",
  },
  reconciliation_not_found: { kind: "not_found", means: "No reconciliation has this id." },
  reconciliation_range_invalid: {
    kind: "invalid",
    means: "A reconciliation covers a time that has passed, and at most 31 days of it.",
  },
  refund_not_found: { kind: "not_found", means: "No refund has this id." },
  refund_too_large: {
    kind: "conflict",
    means: "No more is given back than was paid through the provider and is still there.",
  },
  retry_schedule_invalid: {
    kind: "invalid",
    means: "A retry schedule is up to 10 whole days from 1 to 60, each later than the one before.",
  },
  return_origin_invalid: {
    kind: "invalid",
    means: "A return origin is a scheme (http or https), a host and perhaps a port: no path.",
  },
  return_url_not_allowed: { kind: "invalid", means: "This address is not on the project's list." },
  route_not_found: { kind: "not_found", means: "There is nothing at this address." },
  scope_missing: { kind: "forbidden", means: "This access token may not do that." },
  server_busy: { kind: "too_many_requests", means: "Too much is waiting. Try again shortly." },
  subscription_closed: { kind: "conflict", means: "The subscription has ended." },
  subscription_not_active: { kind: "conflict", means: "The subscription is not active yet." },
  subscription_not_found: { kind: "not_found", means: "No subscription has this id." },
  subscription_paused: {
    kind: "conflict",
    means: "The subscription is paused, and was at that time.",
  },
  subscription_reference_reused: {
    kind: "conflict",
    means: "This reference_id already names a subscription of another customer or plan.",
  },
  subscription_transition_refused: {
    kind: "conflict",
    means: "The subscription's state does not allow this.",
  },
  term_awaits_payment: {
    kind: "conflict",
    means: "A further term of this subscription was bought and waits for its payment.",
  },
  term_not_pausable: {
    kind: "conflict",
    means:
      "A term that was bought by hand runs to its end: it is not paused, and what is to rest does not become one.",
  },
  term_renews_itself: {
    kind: "conflict",
    means: "This plan goes on by itself: only terms of plans whose renewal is none are bought.",
  },
  test_clock_absent: { kind: "conflict", means: "This customer has no test clock." },
  test_clock_on_live_side: { kind: "forbidden", means: "Test clocks exist in sandbox only." },
  time_invalid: { kind: "invalid", means: "This is not a time that can be used here." },
  time_zone_unknown: { kind: "invalid", means: "This is not an IANA time zone." },
  usage_metric_sold_twice: {
    kind: "conflict",
    means: "A metric is priced once among a subscription's plan and add-ons.",
  },
  usage_metric_unknown: { kind: "invalid", means: "The subscription's plan has no such metric." },
  usage_reference_reused: {
    kind: "conflict",
    means: "This reference_id already recorded a different event.",
  },
  usage_subscription_ambiguous: {
    kind: "conflict",
    means: "The customer has several subscriptions with this metric: name one.",
  },
  usage_too_late: { kind: "invalid", means: "The event is older than the server still takes." },
  usage_too_early: { kind: "invalid", means: "The event lies in the future." },
  usage_outside_subscription: {
    kind: "invalid",
    means: "The subscription was not running at the event's time.",
  },
  webhook_delivery_not_found: { kind: "not_found", means: "No webhook delivery has this id." },
  webhook_endpoint_disabled: {
    kind: "conflict",
    means: "The endpoint is disabled: enable it first.",
  },
  webhook_endpoint_not_found: { kind: "not_found", means: "No webhook endpoint has this id." },
  webhook_event_type_unknown: {
    kind: "invalid",
    means: "The dialect has no event of this type.",
  },
  webhook_url_refused: { kind: "invalid", means: "Webhooks cannot be sent to this address." },
} as const satisfies Record<string, ErrorMeaning>;

export type ErrorCode = keyof typeof errorCodes;

/** A refusal the caller can act on. Anything else that is thrown is a bug and answers 500. */
export class BillingError extends Error {
  override readonly name = "BillingError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}) {
    super(errorCodes[code].means);
    this.code = code;
    this.details = details;
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind;
  }
}
