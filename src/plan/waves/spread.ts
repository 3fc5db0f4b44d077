/** `spread`: limits how many instances of one group may be in flight at the same time. */
import type { Instance, Spread } from '../../model.ts';

/** The group of an instance. Null if it lacks the tag: it is then a group of its own. */
export function groupOf(
  { by }: Spread,
  instance: Pick<Instance, 'zone' | 'region' | 'profile' | 'tags'>,
): string | null {
  if (!by.startsWith('tags.')) return instance[by as 'zone' | 'region' | 'profile'];
  const key = by.slice('tags.'.length);
  return Object.hasOwn(instance.tags, key) ? instance.tags[key]! : null;
}
