/** Reads an object of a fleet file member by member. What does not fit is refused, saying where and what would fit. */
import { RefitError } from '../../errors.ts';

export type Members = ReturnType<typeof readMembers>;

/** @throws RefitError `usage` for what is no object, or has a member that is not known */
export function readMembers(
  object: unknown,
  { of, known, example }: { of: string; known: ReadonlySet<string>; example: string },
) {
  const fail = (message: string, fix: string): never => {
    throw new RefitError('usage', `${of}: ${message}`, fix);
  };
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    return fail('is no object', example);
  const members = object as Readonly<Record<string, unknown>>;
  for (const name in members)
    if (!known.has(name)) fail(`unknown member ${JSON.stringify(name)}`, `one of ${[...known].join(', ')}`);
  const wrong = (name: string, value: unknown, such: string): never =>
    fail(`${name} is ${JSON.stringify(value)}`, such);
  return {
    /** @throws RefitError `usage` */
    fail,
    /** As it stands in the file; undefined where it does not. */
    value: (name: string): unknown => members[name],
    /** A text of this form; `usual` where it is left out. */
    text(name: string, usual: string, form: RegExp, such: string): string {
      const value = members[name] ?? usual;
      return typeof value === 'string' && form.test(value) ? value : wrong(name, value, such);
    },
    /** One of these texts; `usual` where it is left out. */
    oneOf<const Text extends string>(name: string, usual: string, list: readonly Text[]): Text {
      const value = members[name] ?? usual;
      const such = list.join(list.length === 2 ? ' or ' : ', ');
      return list.find((one) => one === value) ?? wrong(name, value, such);
    },
    /** A number within these two; a whole one unless it may be `also a fraction`. */
    number(
      name: string,
      usual: number,
      [least, greatest]: readonly [number, number],
      fraction?: 'also a fraction',
    ): number {
      const value = members[name] ?? usual;
      const whole = fraction === undefined;
      const isNumber = typeof value === 'number' && (!whole || Number.isInteger(value));
      return isNumber && value >= least && value <= greatest
        ? value
        : wrong(name, value, `a ${whole ? 'whole ' : ''}number from ${least} to ${greatest}`);
    },
    /** true or false; false where it is left out. */
    flag(name: string): boolean {
      const value = members[name] ?? false;
      return typeof value === 'boolean' ? value : wrong(name, value, 'true or false');
    },
  };
}
