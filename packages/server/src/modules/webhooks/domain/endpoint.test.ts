import { describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { endpointUrl } from "./endpoint.ts";

describe("an endpoint's address", () => {
  test.each([
    { url: "https://example.com/hooks?a=1", side: "live", because: "https is right anywhere" },
    { url: "https://example.com:8443/", side: "live", because: "a port of its own is fine" },
    { url: "http://localhost:4300/hook", side: "sandbox", because: "sandboxes call laptops" },
  ] as const)("$url is taken on the $side side: $because", ({ url, side }) => {
    expect(endpointUrl(url, side)).toBe(url);
  });

  test("is kept in its normal form", () => {
    expect(endpointUrl("HTTPS://Example.COM#top", "live")).toBe("https://example.com/");
    expect(endpointUrl("http://0x7f.1/", "sandbox")).toBe("http://127.0.0.1/");
  });

  test.each([
    { url: "http://example.com/", side: "live", because: "it could be read on the way" },
    { url: "ftp://example.com/", side: "sandbox", because: "only http is spoken" },
    { url: "file:///etc/passwd", side: "sandbox", because: "only http is spoken" },
    { url: "https://ada@example.com/", side: "sandbox", because: "it carries a user" },
    { url: "https://ada:secret@example.com/", side: "live", because: "it carries a password" },
    { url: "example.com/hook", side: "sandbox", because: "it has no scheme" },
    { url: "", side: "sandbox", because: "it is empty" },
    { url: "https://", side: "sandbox", because: "it has no host" },
  ] as const)("$url is refused on the $side side: $because", ({ url, side }) => {
    expect(() => endpointUrl(url, side)).toThrow(BillingError);
    expect(() => endpointUrl(url, side)).toThrow("Webhooks cannot be sent to this address.");
  });
});
