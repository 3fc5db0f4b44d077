/** Reads an object of a fleet file member by member. What does not fit is refused, saying where and what would fit. */
import { RefitError } from '../../errors.ts';

export interface Members {
  /** @throws RefitError `usage` */
  readonly fail: (message: string, fix: string) => never;
  /** As it stands in the file; undefined where it does not. */
  readonly value: (name: string) => unknown;
  /** A text of this form; `usual` where it is left out. */
  readonly text: (name: string, usual: string, form: RegExp, such: string) => string;
  /** One of these texts; `usual` where it is left out. */
  readonly oneOf: <const Text extends string>(name: string, usual: string, list: readonly Text[]) => Text;
  /** A number within these two; a whole one unless it may be `also a fraction`. */
  readonly number: (
    name: string,
    usual: number,
    [least, greatest]: readonly [number, number],
    fraction?: 'also a fraction',
  ) => number;
  /** true or false; false where it is left out. */
  readonly flag: (name: string) => boolean;
}

/** @throws RefitError `usage` for what is no object, or has a member that is not known */
export function readMembers(
  object: unknown,
  {
    of,
    known,
    example,
  }: { readonly of: string; readonly known: ReadonlySet<string>; readonly example: string },
): Members {
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
    fail,
    value: (name) => members[name],
    text(name, usual, form, such) {
      const value = members[name] ?? usual;
      return typeof value === 'string' && form.test(value) ? value : wrong(name, value, such);
    },
    oneOf(name, usual, list) {
      const value = members[name] ?? usual;
      const such = list.join(list.length === 2 ? ' or ' : ', ');
      return list.find((one) => one === value) ?? wrong(name, value, such);
    },
    number(name, usual, [least, greatest], fraction) {
      const value = members[name] ?? usual;
      const whole = fraction === undefined;
      const isNumber = typeof value === 'number' && (!whole || Number.isInteger(value));
      return isNumber && value >= least && value <= greatest
        ? value
        : wrong(name, value, `a ${whole ? 'whole ' : ''}number from ${least} to ${greatest}`);
    },
    flag(name) {
      const value = members[name] ?? false;
      return typeof value === 'boolean' ? value : wrong(name, value, 'true or false');
    },
  };
}
