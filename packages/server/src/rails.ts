import { randomBytes } from "node:crypto";
import {
  createStripeSandbox,
  type Deliver,
  type JournaledCharge,
  type StripeSandbox,
} from "@farthing/stripe-sandbox";
import type { Logger } from "pino";
import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Rail } from "#modules/payments/index.ts";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import { createStripeRail } from "#modules/payments/rails/stripe/stripe-rail.ts";
import { sideOf } from "#modules/projects/index.ts";
import type { RailJournal } from "#modules/verification/index.ts";
import { SANDBOX_PATH } from "#surfaces/stripe-sandbox/index.ts";
import { type Role, SANDBOX_KEY, type StripeConfig } from "./config.ts";

export interface RailsOptions {
  readonly role: Role;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the card sandbox keeps its state; null keeps it in memory. */
  readonly sandboxJournalPath: string | null;
  /** The sandbox sends its notices to the sandbox side of these projects. */
  readonly sandboxProjects: readonly string[];
  /** The live side's account; null leaves the live side without a way to charge. */
  readonly stripe: StripeConfig | null;
  /** The card sandbox that several processes share; null where one process does everything. */
  readonly stripeSandbox: StripeConfig | null;
}

export interface Rails {
  /** The rail of a project's side. Refuses with `rail_not_configured` where the side has none. */
  readonly rails: (projectId: number) => Rail;
  /** The one in this process; null when there is none. */
  readonly sandbox: StripeSandbox | null;
  /** The sandbox's journal, for its side; the live side's is the provider's own: null. */
  readonly journalOf: (projectId: number) => RailJournal | null;
}

/**
 * The live side charges by Stripe, the sandbox side test cards: in this process where it does
 * everything, else by a sandbox of its own, since all processes have to see the same cards.
 */
export function createRails(options: RailsOptions, deliver: Deliver): Rails {
  const { role, stripe, stripeSandbox } = options;
  const live = stripe === null ? null : railTo(stripe);
  const webhookSecret = `whsec_${randomBytes(24).toString("base64")}`;
  const sandbox =
    stripeSandbox === null && role === "all"
      ? createSandbox(options, webhookSecret, deliver)
      : null;
  const test =
    sandbox === null
      ? stripeSandbox && railTo(stripeSandbox)
      : createStripeRail({ apiKey: SANDBOX_KEY, webhookSecret, fetch: sandbox.fetch });
  const journal = sandbox === null ? sharedJournal(stripeSandbox) : sandbox.journal.charges;
  return {
    sandbox,
    journalOf: (projectId) =>
      sideOf(projectId) === "live" || journal === null ? null : sandboxJournal(journal),
    rails: (projectId) =>
      sideOf(projectId) === "live"
        ? (live ?? notConfigured("STRIPE_SECRET_KEY"))
        : (test ?? notConfigured("FARTHING_STRIPE_SANDBOX_URL")),
  };
}

function createSandbox(options: RailsOptions, secret: string, deliver: Deliver): StripeSandbox {
  const { publicUrl, clock, log, sandboxJournalPath } = options;
  return createStripeSandbox({
    publicUrl: publicUrl + SANDBOX_PATH,
    now: clock.now,
    ...(sandboxJournalPath === null ? {} : { journalPath: sandboxJournalPath }),
    webhookEndpoints: options.sandboxProjects.map((slug) => ({
      url: `${publicUrl}/rails/stripe/webhook/${slug}-sandbox`,
      secret,
    })),
    deliver,
    onDefect: (error) => log.error({ err: error }, "the card sandbox failed"),
  });
}

type ReadCharges = () => Promise<readonly JournaledCharge[]>;

/** What a sandbox of its own tells of its charges. */
function sharedJournal(shared: StripeConfig | null): ReadCharges | null {
  const base = shared?.apiBase ?? null;
  if (base === null) return null;
  return async () => {
    const answer = await fetch(new URL("/_sandbox/charges", base)).catch(() => null);
    if (answer?.ok !== true) {
      throw new BillingError("rail_unavailable", { reason: "the card sandbox does not answer" });
    }
    return (await answer.json()) as JournaledCharge[];
  };
}

function railTo({ secretKey, webhookSecret, apiBase }: StripeConfig): Rail {
  const base = apiBase === null ? null : new URL(apiBase);
  return createStripeRail({
    apiKey: secretKey,
    webhookSecret,
    ...(base === null
      ? {}
      : {
          host: base.hostname,
          protocol: base.protocol === "http:" ? "http" : "https",
          ...(base.port === "" ? {} : { port: Number(base.port) }),
        }),
  });
}

function notConfigured(setting: string): never {
  throw new BillingError("rail_not_configured", { setting });
}
