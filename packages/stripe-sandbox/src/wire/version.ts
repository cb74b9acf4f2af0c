import type Stripe from "stripe";

/** The API version whose shapes are answered; the type makes a newer SDK a compile error. */
export const apiVersion = "2026-10-28.endive" satisfies Stripe.LatestApiVersion;
