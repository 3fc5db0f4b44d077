/** Random numbers from a seed, so that a world can be created again. */

export type Random = ReturnType<typeof seededRandom>;

/** The generator mulberry32: small, fast, and good enough for delays and names. */
export function seededRandom(seed: number) {
  let state = seed >>> 0;
  /** A number from 0 to below 1. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  /** A whole number from `least` to `greatest`, both included. */
  const whole = (least: number, greatest: number): number =>
    least + Math.floor(next() * (greatest - least + 1));
  return {
    next,
    whole,
    /** One element of the list. */
    pick: <T>(list: readonly T[]): T => list[whole(0, list.length - 1)]!,
    /** A text of `length` characters drawn from `alphabet`. */
    text: (length: number, alphabet: string): string =>
      Array.from({ length }, () => alphabet[whole(0, alphabet.length - 1)]).join(''),
  };
}

/** A seed from a text and another seed, for numbers that depend on nothing else. */
export function seedOf(text: string, seed: number): number {
  let mixed = seed ^ 0x811c9dc5;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mixed >>> 0;
}

/** The random number, from 0 to below 1, at position `at` of the sequence of a seed. It needs no earlier number. */
export function chanceAt(seed: number, at: number): number {
  let mixed = Math.imul((seed ^ at) | 0, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ seed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
}
