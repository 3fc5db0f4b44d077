/** Parses conditions on instances: `--select name=cart-*`, `--select tags.env=prod,stage`. */

import { closest } from '../../../closest-word.ts';
import { RefitError } from '../../../errors.ts';
import { EDITIONS, type Instance, type Select } from '../../../model.ts';
import { matcher } from '../../../plan/resolve/match-selector.ts';
import { escapeControls } from '../../../report/document/escape.ts';

const NOTHING: Select = {
  all: false,
  ids: null,
  regions: null,
  tags: null,
  name: null,
  editions: null,
  status: null,
};

const EXAMPLE = '--select tags.env=prod,stage';

/**
 * Combines conditions: an instance must match all. Values after one `=` are alternatives.
 * @throws RefitError `usage`
 */
export function selectFrom(typed: readonly string[]): (instance: Instance) => boolean {
  const matchers = typed.map((one) => matcher(selectOf(one)));
  return (instance) => matchers.every((fails) => fails(instance) === null);
}

function selectOf(typed: string): Select {
  const equals = typed.indexOf('=');
  const key = typed.slice(0, equals);
  const values = typed
    .slice(equals + 1)
    .split(',')
    .map((value) => value.trim());
  if (equals < 1 || values.some((value) => value === ''))
    throw refusal(typed, 'expected KEY=VALUE or KEY=VALUE,VALUE', EXAMPLE);
  if (key.startsWith('tags.') && key.length > 'tags.'.length)
    return { ...NOTHING, tags: { [key.slice('tags.'.length)]: values } };
  switch (key) {
    case 'name':
      if (values.length > 1)
        throw refusal(typed, 'name takes one pattern; * and ? are allowed', '--select name=cart-*');
      return { ...NOTHING, name: values[0]! };
    case 'id':
      return { ...NOTHING, ids: values };
    case 'region':
      return { ...NOTHING, regions: values };
    case 'status':
      return { ...NOTHING, status: values.map((value) => oneOf(typed, 'status', value, STATUSES)) };
    case 'edition':
      return { ...NOTHING, editions: values.map((value) => oneOf(typed, 'edition', value, EDITION_NAMES)) };
    default:
      throw unknownCondition(typed, key);
  }
}

const EDITION_NAMES = EDITIONS.map(({ name }) => name);
const STATUSES = ['initialising', 'processing', 'running', 'isolated', 'deleting'] as const;
const CONDITIONS: readonly string[] = ['name', 'id', 'region', 'edition', 'status'];

function unknownCondition(typed: string, key: string): RefitError {
  const tag = /^tags?[.:](.+)$/i.exec(key)?.[1];
  const near = tag === undefined ? closest(key, CONDITIONS) : `tags.${tag}`;
  const fix =
    near === null
      ? `one of: ${CONDITIONS.join(', ')}, tags.KEY`
      : `--select ${near}${typed.slice(key.length)}`;
  return refusal(
    typed,
    near === null ? 'unknown condition' : `unknown condition; did you mean ${near}?`,
    fix,
  );
}

/** One of the names that a condition takes. @throws RefitError `usage` */
function oneOf<Name extends string>(typed: string, key: string, value: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  const near = closest(value, names);
  const unknown = `unknown ${key} ${escapeControls(value)}`;
  if (near === null) throw refusal(typed, unknown, `one of: ${names.join(', ')}`);
  throw refusal(typed, `${unknown}; did you mean ${near}?`, `--select ${key}=${near}`);
}

function refusal(typed: string, message: string, fix: string): RefitError {
  return new RefitError('usage', `--select ${escapeControls(typed)}: ${message}`, fix);
}
