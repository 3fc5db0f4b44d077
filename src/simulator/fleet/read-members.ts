/** Reads the members of an object in a fleet file. Each error names the member and the valid values. */
import { RefitError } from '../../errors.ts';

export type Members = ReturnType<typeof readMembers>;

/** Returns readers for the members. @throws RefitError `usage` if it is not an object or has an unknown member */
export function readMembers(
  object: unknown,
  { of, known, example }: { of: string; known: ReadonlySet<string>; example: string },
) {
  const fail = (message: string, fix: string): never => {
    throw new RefitError('usage', `${of}: ${message}`, fix);
  };
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    return fail('is not an object', `for example ${example}`);
  const members = object as Readonly<Record<string, unknown>>;
  for (const name in members)
    if (!known.has(name))
      fail(`unknown member ${JSON.stringify(name)}`, `use one of ${[...known].join(', ')}`);
  const wrong = (name: string, value: unknown, expected: string): never =>
    fail(`${name} is ${JSON.stringify(value)}`, `use ${expected}`);
  return {
    /** Reports an error of this object. @throws RefitError `usage` */
    fail,
    /** The value in the file; undefined if the file does not have it. */
    value: (name: string): unknown => members[name],
    /** A string that matches `form`. */
    text(name: string, byDefault: string, form: RegExp, expected: string): string {
      const value = members[name] ?? byDefault;
      return typeof value === 'string' && form.test(value) ? value : wrong(name, value, expected);
    },
    /** One of the strings of `list`. */
    oneOf<const Text extends string>(name: string, byDefault: string, list: readonly Text[]): Text {
      const value = members[name] ?? byDefault;
      const expected = list.join(list.length === 2 ? ' or ' : ', ');
      return list.find((one) => one === value) ?? wrong(name, value, expected);
    },
    /** A number in this range. It must be whole, unless `fraction` is set. */
    number(
      name: string,
      byDefault: number,
      [least, greatest]: readonly [number, number],
      fraction?: 'fraction',
    ): number {
      const value = members[name] ?? byDefault;
      const whole = fraction === undefined;
      const isNumber = typeof value === 'number' && (!whole || Number.isInteger(value));
      return isNumber && value >= least && value <= greatest
        ? value
        : wrong(name, value, `a ${whole ? 'whole ' : ''}number from ${least} to ${greatest}`);
    },
    /** A boolean, false by default. */
    flag(name: string): boolean {
      const value = members[name] ?? false;
      return typeof value === 'boolean' ? value : wrong(name, value, 'true or false');
    },
  };
}
