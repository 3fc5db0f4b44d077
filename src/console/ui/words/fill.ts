/**
 * Puts values into a sentence of the console:
 *
 *     {count:one step waits|{count} steps wait}              one form for 1, the other for every other number
 */

/** By the names in braces. */
export type Values = Readonly<Record<string, string | number>>;

const FORMS = /\{(\w+):((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g;

/** The sentence with its values. A value that is missing is empty. */
export function fill(sentence: string, values: Values): string {
  return sentence
    .replace(FORMS, (_, name: string, one: string, many: string) =>
      String(values[name]) === '1' ? one : many,
    )
    .replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
