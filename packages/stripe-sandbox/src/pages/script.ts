/** What the hosted page gains from a script. Without it, everything still works. */
export const script = `"use strict";
const form = document.querySelector(".card-form");
if (form) {
  const field = (name) => form.elements.namedItem(name);
  const submit = form.querySelector("button[type=submit]");

  for (const button of document.querySelectorAll("button.use")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      field("number").value = button.dataset.number;
      field("expiry").value = button.dataset.expiry;
      field("cvc").value = button.dataset.cvc;
      if (field("name").value === "") field("name").value = "Test Person";
      submit.focus();
    });
  }

  const whileTypingAtEnd = (input, format) => {
    input.addEventListener("input", (event) => {
      const isErasing = (event.inputType || "").startsWith("delete");
      if (!isErasing && input.selectionStart === input.value.length) input.value = format(input.value);
    });
  };
  whileTypingAtEnd(field("number"), (text) => {
    const digits = text.replace(/\\D/g, "").slice(0, 19);
    const groups = /^3[47]/.test(digits) ? /^(\\d{4})(\\d{0,6})(\\d*)$/ : null;
    if (groups) return digits.replace(groups, "$1 $2 $3").trim();
    return digits.replace(/(\\d{4})(?=\\d)/g, "$1 ");
  });
  whileTypingAtEnd(field("expiry"), (text) => {
    const digits = text.replace(/\\D/g, "").slice(0, 6);
    return digits.length > 2 ? digits.slice(0, 2) + " / " + digits.slice(2) : digits;
  });

  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => form.removeAttribute("aria-busy"));
}
`;
