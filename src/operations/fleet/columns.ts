/**
 * Growable columns: the forms in which a large fleet fits into little memory. A column whose rows are all the same needs
 * no memory for them. `release` gives the memory back immediately, without waiting for the garbage collector.
 */

/** A column of numbers; NaN stands for no value. */
export class Numbers {
  /** Empty while all rows have the first value. */
  #values = new Float64Array(0);
  #first = Number.NaN;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === 0) this.#first = value;
    else if (this.#values.length === 0 && !Object.is(value, this.#first))
      this.#values = new Float64Array(roomFor(this.#length)).fill(this.#first);
    if (this.#values.length > 0) {
      if (this.#length === this.#values.length)
        this.#values = new Float64Array(this.#values.buffer.transfer(2 * this.#values.byteLength));
      this.#values[this.#length] = value;
    }
    this.#length++;
  }

  at(row: number): number {
    return this.#values.length === 0 ? this.#first : this.#values[row]!;
  }

  release(): void {
    this.#values.buffer.transfer(0);
  }
}

/** A column of whole numbers from 0. */
export class Counts {
  /** Empty while all rows are 0. */
  #values = new Uint32Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#values.length === 0 && value !== 0) this.#values = new Uint32Array(roomFor(this.#length));
    if (this.#values.length > 0) {
      if (this.#length === this.#values.length)
        this.#values = new Uint32Array(this.#values.buffer.transfer(2 * this.#values.byteLength));
      this.#values[this.#length] = value;
    }
    this.#length++;
  }

  at(row: number): number {
    return this.#values.length === 0 ? 0 : this.#values[row]!;
  }

  release(): void {
    this.#values.buffer.transfer(0);
  }
}

/** A column of texts of which many are the same: each text once, and its number for each row. */
export class Interned {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];
  readonly #rows = new Counts();

  get length(): number {
    return this.#rows.length;
  }

  push(text: string): void {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.#numbers.set(text, number);
      this.texts.push(text);
    }
    this.#rows.push(number);
  }

  /** The text of a row. */
  at(row: number): string {
    return this.texts[this.#rows.at(row)]!;
  }

  /** The number of the text of a row: its index in `texts`. */
  numberAt(row: number): number {
    return this.#rows.at(row);
  }

  /** The number of a text; undefined: no row has it. */
  numberOf(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  release(): void {
    this.#rows.release();
  }
}

/** Rows of a column that has so many. */
const roomFor = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(1_024, length + 1)));
