/** `spread`: limits how many instances of one group may be in flight at the same time. */

import { message } from '../../messages/messages.ts';
import type { Finding, Instance, Plan, Spread } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';

/** How many instances a finding names. */
const NAMED = 3;

/** The group of an instance. Null if it lacks the tag: it is then a group of its own. */
export function groupOf(
  { by }: Spread,
  instance: Pick<Instance, 'zone' | 'region' | 'profile' | 'tags'>,
): string | null {
  if (!by.startsWith('tags.')) return instance[by as 'zone' | 'region' | 'profile'];
  const key = by.slice('tags.'.length);
  return Object.hasOwn(instance.tags, key) ? instance.tags[key]! : null;
}

/** A finding about instances that spread does not limit, because they lack the tag. */
export function spreadFindings({ spread }: Pick<Plan, 'spread'>, instances: readonly Instance[]): Finding[] {
  if (spread === undefined) return [];
  const without = instances.filter((one) => groupOf(spread, one) === null);
  if (without.length === 0) return [];
  const text = message('spread.tag-missing', {
    tag: spread.by.slice('tags.'.length),
    without: without.length,
    instances: instances.length,
    first: without.slice(0, NAMED).map(({ id }) => id),
  });
  return [createFinding('Refit.SpreadUntagged', text)];
}
