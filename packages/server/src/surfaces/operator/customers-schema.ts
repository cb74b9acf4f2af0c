import { Type } from "typebox";
import {
  EMAIL_CHARACTERS_MAX,
  EXTERNAL_ID_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
} from "#modules/customers/domain/index.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Metadata,
  Nullable,
} from "#platform/http/wire.ts";
import { Collection, NetDays } from "./payment-terms-wire.ts";

const Name = Type.String({ minLength: 1, maxLength: NAME_CHARACTERS_MAX, examples: ["Ada Brown"] });

export const Email = Type.String({
  minLength: 3,
  maxLength: EMAIL_CHARACTERS_MAX,
  examples: ["ada@shipfast.example"],
});

export const ExternalId = Type.String({
  minLength: 1,
  maxLength: EXTERNAL_ID_CHARACTERS_MAX,
  description: "Your own id for this customer; no other one may have it",
  examples: ["merchant-1042"],
});

const TimeZone = Type.String({
  maxLength: 100,
  description: "IANA time zone in which billing periods begin and end; UTC unless you say another",
  examples: ["America/Jamaica"],
});

const Currency = Type.String({
  pattern: "^[A-Z]{3}$",
  description: "ISO 4217; decided by the first subscription when you leave it out",
  examples: ["JMD"],
});

const TestClock = Closed(
  { now: Instant },
  { description: "Sandbox only: the customer's own present, which you move" },
);

const OwnTerms = Closed(
  {
    collection: Type.Optional(Nullable(Collection)),
    net_days: Type.Optional(Nullable(NetDays)),
  },
  { description: "On what terms its invoices are paid; null is as the project says" },
);

export const NewCustomer = Closed({
  name: Name,
  external_id: Type.Optional(Nullable(ExternalId)),
  email: Type.Optional(Nullable(Email)),
  time_zone: Type.Optional(TimeZone),
  currency: Type.Optional(Nullable(Currency)),
  payment_terms: Type.Optional(OwnTerms),
  metadata: Type.Optional(Metadata),
  test_clock: Type.Optional(Nullable(TestClock)),
});

export const CustomerChange = Closed({
  name: Type.Optional(Name),
  email: Type.Optional(Nullable(Email)),
  time_zone: Type.Optional(TimeZone),
  payment_terms: Type.Optional(OwnTerms),
  metadata: Type.Optional(Metadata),
});

export const CustomerWire = Closed({
  id: IdString("customer"),
  external_id: Nullable(ExternalId),
  name: Name,
  first_name: Type.Optional(
    Type.String({
      description: "How the name begins, where first and last name were given apart",
      examples: ["Ada"],
    }),
  ),
  email: Nullable(Email),
  time_zone: TimeZone,
  currency: Nullable(Currency),
  credit_balance: Nullable(
    DecimalString({
      description:
        "What the customer has to its credit: its next invoices take it before anything is charged. Null until the currency is decided",
      examples: ["12.50"],
    }),
  ),
  payment_terms: Closed(
    { collection: Nullable(Collection), net_days: Nullable(NetDays) },
    { description: "On what terms its invoices are paid; null is as the project says" },
  ),
  // Each surface checks the metadata it takes; what is kept is shown as it is.
  metadata: Type.Unsafe<Record<string, unknown>>(Metadata),
  test_clock: Nullable(TestClock),
  created_at: Instant,
});
