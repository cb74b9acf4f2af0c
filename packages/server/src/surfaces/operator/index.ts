import type { Collector } from "#flows/collect-due-payments.ts";
import type { Engine } from "#flows/engine.ts";
import type { UsageRecorder } from "#modules/metering/index.ts";
import type { Dialects } from "#modules/webhooks/domain/index.ts";
import { problemErrors } from "#platform/http/problem.ts";
import type { Surface } from "#platform/http/surface.ts";
import { type AccessTokenRoutesDeps, accessTokenRoutes } from "./access-tokens.ts";
import { creditNoteRoutes } from "./credit-notes.ts";
import { customerRoutes } from "./customers.ts";
import { eventRoutes } from "./events.ts";
import { forecastRoutes } from "./forecasts.ts";
import { invoiceCorrectionRoutes } from "./invoice-corrections.ts";
import { invoiceItemRoutes } from "./invoice-items.ts";
import { invoiceRoutes } from "./invoices.ts";
import { oneOffInvoiceRoutes } from "./one-off-invoices.ts";
import { type PaymentMethodDeps, paymentMethodRoutes } from "./payment-methods.ts";
import { paymentRoutes } from "./payments.ts";
import { planMigrationRoutes } from "./plan-migrations.ts";
import { planRoutes } from "./plans.ts";
import { operatorPreview } from "./preview.ts";
import { projectRoutes } from "./project.ts";
import { type ReconciliationDeps, reconciliationRoutes } from "./reconciliations.ts";
import { refundRoutes } from "./refunds.ts";
import { subscriptionChangeRoutes } from "./subscription-changes.ts";
import { subscriptionRoutes } from "./subscriptions.ts";
import { testClockRoutes } from "./test-clocks.ts";
import { usageRoutes } from "./usage.ts";

import { usageEventRoutes } from "./usage-events.ts";

import { type VerificationDeps, verificationRoutes } from "./verification.ts";

import { webhookDeliveryRoutes } from "./webhook-deliveries.ts";
import { webhookEndpointRoutes } from "./webhook-endpoints.ts";

export interface OperatorDeps {
  readonly engine: Engine;
  readonly publicUrl: string;
  readonly tokens: AccessTokenRoutesDeps;
  readonly recorder: UsageRecorder;
  readonly collector: Collector;
  readonly cards: PaymentMethodDeps;
  readonly verification: VerificationDeps;
  readonly reconciling: ReconciliationDeps;
  readonly dialects: Dialects;
  /** Called when a webhook is to be sent again. */
  readonly onResend: () => void;
  /** Called when something was asked of a migration. */
  readonly onMigrationAsked: () => void;
}

/** The native API. */
export function operatorSurface(deps: OperatorDeps): Surface {
  const { engine, publicUrl, tokens, recorder, collector, cards } = deps;
  const { reconciling, verification, dialects, onResend, onMigrationAsked } = deps;
  return {
    name: "operator",
    owns: "/v1",
    errors: problemErrors,
    apiVersions: ["1"],
    preview: operatorPreview(engine),
    routes: [
      projectRoutes(),
      accessTokenRoutes(tokens),
      planRoutes(engine),
      planMigrationRoutes(engine, onMigrationAsked),
      customerRoutes(engine),
      testClockRoutes(collector),
      paymentMethodRoutes(cards),
      subscriptionRoutes({ engine, publicUrl }, recorder),
      subscriptionChangeRoutes(engine, collector, recorder),
      forecastRoutes(collector),
      usageRoutes(engine, recorder),
      usageEventRoutes,
      invoiceRoutes(engine),
      invoiceItemRoutes(engine),
      oneOffInvoiceRoutes(engine),
      invoiceCorrectionRoutes(engine),
      creditNoteRoutes(engine),
      paymentRoutes(engine),
      refundRoutes(engine),
      reconciliationRoutes(reconciling),
      webhookEndpointRoutes({ ...engine, dialects }),
      webhookDeliveryRoutes({ ...engine, onResend }),
      eventRoutes(dialects),
      verificationRoutes(verification),
    ],
  };
}
