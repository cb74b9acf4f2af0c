import type { FormTree, FormValue } from "./form.ts";
import { invalidParameter } from "./refusal.ts";

const textLengthMax = 5_000;

/**
 * Reads a request's parameters one by one and remembers which were read, so that whatever the route
 * did not ask for is refused instead of being ignored in silence.
 *
 * Readers return undefined for a parameter that was not sent and, where it can be cleared, null for
 * one that was sent empty.
 */
export class Params {
  readonly #tree: FormTree;
  readonly #path: string;
  readonly #known = new Set<string>();
  readonly #children: Params[] = [];

  constructor(tree: FormTree, path = "") {
    this.#tree = tree;
    this.#path = path;
  }

  /** The name as the caller wrote it, for error messages: `line_items[0][quantity]`. */
  nameOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}[${name}]`;
  }

  has(name: string): boolean {
    return this.#tree.has(name);
  }

  /** Whether the parameter was sent as plain text, and not as a hash. */
  isText(name: string): boolean {
    return typeof this.#tree.get(name) === "string";
  }

  text(name: string): string | null | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") {
      throw invalidParameter(this.nameOf(name), `Invalid string for ${this.nameOf(name)}.`);
    }
    if (value.length > textLengthMax) {
      const rule = `must be at most ${textLengthMax} characters`;
      throw invalidParameter(this.nameOf(name), `Invalid string: ${this.nameOf(name)} ${rule}.`);
    }
    return value === "" ? null : value;
  }

  /** Text that means nothing when empty: absent or present, never cleared. */
  filledText(name: string): string | undefined {
    const value = this.text(name);
    if (value === null) {
      throw invalidParameter(
        this.nameOf(name),
        `You passed an empty string for '${this.nameOf(name)}'.`,
        "parameter_invalid_empty",
      );
    }
    return value;
  }

  requiredText(name: string): string {
    return this.filledText(name) ?? this.#missing(name);
  }

  integer(name: string): number | undefined {
    const value = this.filledText(name);
    if (value === undefined) return undefined;
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number)) {
      throw invalidParameter(
        this.nameOf(name),
        `Invalid integer: ${value}`,
        "parameter_invalid_integer",
      );
    }
    return number;
  }

  requiredInteger(name: string): number {
    return this.integer(name) ?? this.#missing(name);
  }

  boolean(name: string): boolean | undefined {
    const value = this.filledText(name);
    if (value === undefined) return undefined;
    if (value !== "true" && value !== "false") {
      throw invalidParameter(this.nameOf(name), `Invalid boolean: ${value}`);
    }
    return value === "true";
  }

  choice<const Option extends string>(
    name: string,
    options: readonly Option[],
  ): Option | undefined {
    const value = this.filledText(name);
    if (value === undefined) return undefined;
    const choice = options.find((option) => option === value);
    if (choice === undefined) {
      const rule = `must be one of ${options.join(", ")}`;
      throw invalidParameter(this.nameOf(name), `Invalid ${this.nameOf(name)}: ${rule}`);
    }
    return choice;
  }

  texts(name: string): readonly string[] | undefined {
    const list = this.child(name);
    return list === undefined ? undefined : list.#names().map((index) => list.requiredText(index));
  }

  /** The parts of a hash, or undefined when it was not sent or was sent empty. */
  child(name: string): Params | undefined {
    const value = this.#take(name);
    if (value === undefined || value === "") return undefined;
    if (typeof value === "string") {
      throw invalidParameter(this.nameOf(name), `Invalid hash for ${this.nameOf(name)}.`);
    }
    const child = new Params(value, this.nameOf(name));
    this.#children.push(child);
    return child;
  }

  children(name: string): readonly Params[] | undefined {
    const list = this.child(name);
    if (list === undefined) return undefined;
    return list.#names().map((index) => list.child(index) ?? list.#missing(index));
  }

  /** The names and texts of a flat hash; null when the whole hash was sent empty, to clear it. */
  textsByName(name: string): ReadonlyMap<string, string | null> | null | undefined {
    if (this.#take(name) === "") return null;
    const child = this.child(name);
    if (child === undefined) return undefined;
    return new Map(child.#names().map((part) => [part, child.text(part) ?? null]));
  }

  /** @throws Refusal `parameter_unknown` for the first parameter that no reader asked for. */
  refuseUnknown(): void {
    for (const [name] of this.#tree) {
      if (this.#known.has(name)) continue;
      throw invalidParameter(
        this.nameOf(name),
        `Received unknown parameter: ${this.nameOf(name)}. This sandbox supports a part of Stripe's parameters and ignores none.`,
        "parameter_unknown",
      );
    }
    for (const child of this.#children) child.refuseUnknown();
  }

  #take(name: string): FormValue | undefined {
    this.#known.add(name);
    return this.#tree.get(name);
  }

  #names(): readonly string[] {
    return [...this.#tree.keys()];
  }

  #missing(name: string): never {
    throw invalidParameter(
      this.nameOf(name),
      `Missing required param: ${this.nameOf(name)}.`,
      "parameter_missing",
    );
  }
}
