/** Growable columns: the forms in which a large fleet fits into little memory. */

/** A column of numbers; NaN stands for no value. */
export class Numbers {
  #values = new Float64Array(1_024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length)
      this.#values = grown(this.#values, new Float64Array(this.#length * 2));
    this.#values[this.#length++] = value;
  }

  at(row: number): number {
    return this.#values[row]!;
  }
}

/** A column of texts of which many are the same: each text once, and its number for each row. */
export class Interned {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];
  #rows = new Uint32Array(1_024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(text: string): void {
    if (this.#length === this.#rows.length) this.#rows = grown(this.#rows, new Uint32Array(this.#length * 2));
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.#numbers.set(text, number);
      this.texts.push(text);
    }
    this.#rows[this.#length++] = number;
  }

  /** The text of a row. */
  at(row: number): string {
    return this.texts[this.#rows[row]!]!;
  }

  /** The number of the text of a row: its index in `texts`. */
  numberAt(row: number): number {
    return this.#rows[row]!;
  }

  /** The number of a text; undefined: no row has it. */
  numberOf(text: string): number | undefined {
    return this.#numbers.get(text);
  }
}

function grown<Column extends Float64Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
