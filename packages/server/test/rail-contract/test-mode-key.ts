/** Refuses whatever is no key of Stripe's test mode, since the suite makes charges. */
export function testModeKey(environment: Readonly<Record<string, string | undefined>>): string {
  const key = environment["STRIPE_SECRET_KEY"] ?? "";
  if (/^(sk|rk)_test_./.test(key)) return key;
  const problem = key === "" ? "STRIPE_SECRET_KEY is not set" : "This is no key of the test mode";
  throw new Error(`${problem}: set STRIPE_SECRET_KEY to your own sk_test_… key of Stripe.`);
}
