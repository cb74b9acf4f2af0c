/** Reaches the pages of others as a payer's browser does, and says where they lead. */
export const browser = {
  fetch: (input: Request | URL | string, init: RequestInit = {}) =>
    fetch(input, { ...init, redirect: "manual" }),
};
