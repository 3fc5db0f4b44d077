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
