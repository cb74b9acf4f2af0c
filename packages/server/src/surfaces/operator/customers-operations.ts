import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import {
  CustomerChange,
  CustomerWire,
  Email,
  ExternalId,
  NewCustomer,
} from "./customers-schema.ts";

const tags = ["customers"];
const Id = Closed({ id: IdString("customer") });

export const createCustomer = {
  config: {
    scope: "billing:write",
    refuses: [
      "customer_exists",
      "customer_invalid",
      "currency_unknown",
      "test_clock_on_live_side",
      "time_invalid",
      "time_zone_unknown",
    ],
  },
  schema: {
    operationId: "createCustomer",
    summary: "Create a customer",
    tags,
    body: NewCustomer,
    response: { 201: CustomerWire },
  },
} as const;

export const listCustomers = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listCustomers",
    summary: "List customers, newest first",
    tags,
    querystring: PageQuery({
      external_id: Type.Optional(ExternalId),
      email: Type.Optional(Email),
    }),
    response: { 200: Page(CustomerWire) },
  },
} as const;

export const getCustomer = {
  config: { scope: "billing:read", refuses: ["customer_not_found"] },
  schema: {
    operationId: "getCustomer",
    summary: "Get a customer",
    tags,
    params: Id,
    response: { 200: CustomerWire },
  },
} as const;

export const updateCustomer = {
  config: {
    scope: "billing:write",
    refuses: ["customer_not_found", "customer_invalid", "time_zone_unknown"],
  },
  schema: {
    operationId: "updateCustomer",
    summary: "Change a customer; what you leave out stays as it is",
    description:
      "Metadata is replaced as a whole. A time zone counts for subscriptions that begin after it.",
    tags,
    params: Id,
    body: CustomerChange,
    response: { 200: CustomerWire },
  },
} as const;
