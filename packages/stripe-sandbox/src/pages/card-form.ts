import { findCardByNumber, type TestCard, testCards } from "../cards/test-cards.ts";
import { countries } from "./countries.ts";
import { type Html, html } from "./html.ts";
import type { FieldErrors, FieldName, Typed } from "./read-card.ts";

export type CardFormState = {
  readonly typed: Typed;
  readonly errors: FieldErrors;
  /** The issuer's words when the card was declined. */
  readonly declineMessage: string | null;
};

type Field = {
  readonly name: FieldName;
  readonly label: string;
  readonly autocomplete: string;
  readonly isNumeric?: boolean;
  readonly isOptional?: boolean;
  readonly placeholder?: string;
};

const fields = {
  number: {
    name: "number",
    label: "Card number",
    autocomplete: "cc-number",
    isNumeric: true,
    placeholder: "4242 4242 4242 4242",
  },
  expiry: {
    name: "expiry",
    label: "Expiry",
    autocomplete: "cc-exp",
    isNumeric: true,
    placeholder: "MM / YY",
  },
  cvc: {
    name: "cvc",
    label: "Security code",
    autocomplete: "cc-csc",
    isNumeric: true,
    placeholder: "CVC",
  },
  name: { name: "name", label: "Name on card", autocomplete: "cc-name" },
  postalCode: {
    name: "postal_code",
    label: "Postal code",
    autocomplete: "postal-code",
    isOptional: true,
  },
} as const satisfies Record<string, Field>;

/** A plain form that posts to its own address; the script only makes it more comfortable. */
export function cardForm(state: CardFormState, submitLabel: string): Html {
  const show = (field: Field) => textField(field, state);
  return html`<form method="post" class="card-form" aria-label="Card details">
${problem(state)}
${show(fields.number)}
<div class="row">${show(fields.expiry)}${show(fields.cvc)}</div>
${show(fields.name)}
<div class="row address">${countryField(state)}${show(fields.postalCode)}</div>
<button type="submit" class="primary">${submitLabel}</button>
</form>`;
}

function problem({ errors, declineMessage }: CardFormState): Html {
  const count = Object.keys(errors).length;
  const message = declineMessage ?? (count > 0 ? "Check the marked fields." : null);
  return html`<div id="problem" role="alert" aria-live="assertive">${
    message !== null &&
    html`<div class="problem"><strong>${message}</strong>${
      declineMessage !== null && html` Nothing was charged. You can try another card.`
    }</div>`
  }</div>`;
}

function textField(field: Field, state: CardFormState): Html {
  const { name, label, autocomplete, isNumeric, isOptional, placeholder } = field;
  const error = state.errors[name];
  return html`<div class="field">
<label for="${name}">${label}${isOptional && html` <span class="optional">(optional)</span>`}</label>
<input id="${name}" name="${name}" type="text" autocomplete="${autocomplete}" value="${shown(name, state)}"${
    isNumeric && html` inputmode="numeric"`
  }${placeholder && html` placeholder="${placeholder}"`}${!isOptional && html` required`}${
    wantsFocus(name, state) && html` autofocus`
  }${described(name, error, state)}>
${fieldError(name, error)}
</div>`;
}

function countryField(state: CardFormState): Html {
  const error = state.errors.country;
  const options = countries.map(
    ({ code, name }) =>
      html`<option value="${code}"${code === state.typed.country && html` selected`}>${name}</option>`,
  );
  return html`<div class="field">
<label for="country">Country <span class="optional">(optional)</span></label>
<select id="country" name="country" autocomplete="country"${described("country", error, state)}>
<option value="">Choose…</option>
${options}
</select>
${fieldError("country", error)}
</div>`;
}

function fieldError(name: FieldName, error: string | undefined): Html {
  return html`${error !== undefined && html`<p class="field-error" id="${name}-error">${error}</p>`}`;
}

function described(name: FieldName, error: string | undefined, state: CardFormState): Html {
  if (error !== undefined) return html` aria-invalid="true" aria-describedby="${name}-error"`;
  const isDeclined = name === "number" && state.declineMessage !== null;
  return html`${isDeclined && html` aria-describedby="problem"`}`;
}

/** The first field to look at: the first wrong one, or the number of a declined card. */
function wantsFocus(name: FieldName, { errors, declineMessage }: CardFormState): boolean {
  if (declineMessage !== null) return name === "number";
  return Object.keys(errors)[0] === name;
}

/** What was typed comes back, except a code and any number that is not a public test card. */
function shown(name: FieldName, { typed, declineMessage }: CardFormState): string {
  if (declineMessage !== null && (name === "number" || name === "expiry")) return "";
  if (name === "cvc") return "";
  const isSecret =
    name === "number" && findCardByNumber(typed.number.replace(/[\s-]/g, "")) === undefined;
  return isSecret ? "" : typed[name];
}

/** The public test cards. The script turns each into a button that fills the form. */
export function testCardList(expiry: string): Html {
  return html`<section class="test-cards" aria-labelledby="test-cards">
<h2 id="test-cards">Test cards</h2>
<p class="hint">Any future date and any security code will do.</p>
<ul>${testCards.map((card) => testCardRow(card, expiry))}</ul>
</section>`;
}

function testCardRow(card: TestCard, expiry: string): Html {
  const number = grouped(card);
  const cvc = card.brand === "amex" ? "1234" : "123";
  return html`<li>
<code>${number}</code>
<span class="card-label">${card.label}</span>
<button type="button" hidden class="use" data-number="${number}" data-expiry="${expiry}" data-cvc="${cvc}" aria-label="Use ${number}, ${card.label}">Use</button>
</li>`;
}

function grouped({ number, brand }: TestCard): string {
  const groups = brand === "amex" ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{4})(\d{4})(\d{4})/;
  return number.replace(groups, (_, ...parts) =>
    parts.slice(0, brand === "amex" ? 3 : 4).join(" "),
  );
}
