/** Parses conditions on instances: `--select name=cart-*`, `--select tags.env=prod,stage`. */
import { RefitError } from '../../../errors.ts';
import { EDITIONS, type Instance, type Select } from '../../../model.ts';
import { closest } from '../../../plan/parse/closest-word.ts';
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
      return { ...NOTHING, status: values as NonNullable<Select['status']> };
    case 'edition':
      return { ...NOTHING, editions: values.map((value) => editionOf(typed, value)) };
    default:
      throw refusal(typed, 'unknown condition', 'one of: name, id, region, edition, status, tags.KEY');
  }
}

function editionOf(typed: string, value: string) {
  const names = EDITIONS.map(({ name }) => name);
  const found = names.find((name) => name === value);
  if (found) return found;
  const near = closest(value, names);
  throw refusal(
    typed,
    `unknown edition ${escapeControls(value)}`,
    near ? `edition=${near}` : `one of: ${names.join(', ')}`,
  );
}

function refusal(typed: string, message: string, fix: string): RefitError {
  return new RefitError('usage', `--select ${escapeControls(typed)}: ${message}`, fix);
}
