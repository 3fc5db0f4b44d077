/** What is wrong with the stored form of a saved plan. */

/** The first thing that a check found, with the JSON pointer of the value. */
export interface Fault {
  readonly at: string;
  /** What is wrong, with the values: a clause without its subject's path. */
  readonly problem: string;
}

/** The faults of one check, found only as far as they are asked for. */
export type Faults = Generator<Fault, void>;

/** A fault at a path. */
export function fault(path: readonly (string | number)[], problem: string): Fault {
  return { at: pointer(path), problem };
}

/** A path as a JSON pointer. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const LONGEST = 80;

/** A value of a hostile file in a message: JSON, shortened. */
export function quoted(value: unknown): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
