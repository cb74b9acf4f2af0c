import { Type } from "typebox";
import type { ErrorShape } from "#platform/http/surface.ts";
import { page } from "./page.ts";
import { HTML, PAGES } from "./texts.ts";

const SERVER_ERROR = 500;

/** A payer reads a page, whatever went wrong: that the address is none, or that it is our fault. */
export const pageErrors: ErrorShape = {
  contentType: HTML,
  schema: Type.String(),
  body: ({ status }) => page(status >= SERVER_ERROR ? PAGES.failed : PAGES.unknown_link),
};
