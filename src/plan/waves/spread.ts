/** `spread`: to which group an instance belongs, of which only so many may be under way at once. */

import { count } from '../../messages/en/format-size.ts';
import type { Finding, Instance, Plan, Spread } from '../../model.ts';
import { createFinding } from '../../rules/check.ts';

/** The group of an instance; null where it has no such tag: it is a group of its own then. */
export function groupOf(
  { by }: Spread,
  instance: Pick<Instance, 'zone' | 'region' | 'profile' | 'tags'>,
): string | null {
  if (!by.startsWith('tags.')) return instance[by as 'zone' | 'region' | 'profile'];
  const key = by.slice('tags.'.length);
  return Object.hasOwn(instance.tags, key) ? instance.tags[key]! : null;
}

/** Tells of instances that the spread does not hold apart, because they lack the tag. */
export function spreadFindings({ spread }: Pick<Plan, 'spread'>, instances: readonly Instance[]): Finding[] {
  if (spread === undefined) return [];
  const without = instances.filter((one) => groupOf(spread, one) === null);
  if (without.length === 0) return [];
  const named = without
    .slice(0, 3)
    .map(({ id }) => id)
    .join(', ');
  const message = `${count(without.length, 'instance')} of ${instances.length} without ${spread.by} (${named}${without.length > 3 ? ' and others' : ''}): each is a group of its own, held apart from none`;
  const fix = `give them the tag ${spread.by.slice('tags.'.length)}, then plan again`;
  return [createFinding('Refit.SpreadUntagged', { message, fix })];
}
