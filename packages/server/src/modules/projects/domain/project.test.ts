import { describe, expect, test } from "vitest";
import { mayReturnTo, productNumberOf, projectIdOf, sideOf } from "./project.ts";

describe("a project's number", () => {
  test.each([
    { productNumber: 1, side: "live", projectId: 2 },
    { productNumber: 1, side: "sandbox", projectId: 3 },
    { productNumber: 21, side: "live", projectId: 42 },
  ] as const)("of product $productNumber, $side, is $projectId", (row) => {
    expect(projectIdOf(row.productNumber, row.side)).toBe(row.projectId);
    expect(sideOf(row.projectId)).toBe(row.side);
    expect(productNumberOf(row.projectId)).toBe(row.productNumber);
  });

  test("counts products from 1", () => {
    expect(() => projectIdOf(0, "live")).toThrow("counted from 1");
  });
});

describe("a return address", () => {
  const project = { returnOrigins: ["https://shop.example", "http://localhost:3000"] };

  test.each([
    { url: "https://shop.example/thanks?order=1", may: true, because: "the origin is listed" },
    { url: "http://localhost:3000", may: true, because: "ports belong to an origin" },
    { url: "http://shop.example/", may: false, because: "the scheme belongs to an origin" },
    { url: "https://shop.example.evil.test/", may: false, because: "it only starts alike" },
    { url: "https://shop.example@evil.test/", may: false, because: "that is a user name" },
    { url: "javascript:alert(1)", may: false, because: "it is no web address" },
    { url: "/thanks", may: false, because: "it has no origin" },
  ])("$url is $may: $because", ({ url, may }) => {
    expect(mayReturnTo(project, url)).toBe(may);
  });
});
