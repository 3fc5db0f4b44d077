/** Counts from the journal how many instances of one group were in progress at the same time. */
import type { Run } from './stage.ts';

/** The greatest number of each group over the whole run; an instance without a group is one by itself. */
export function together({ saved, entries }: Pick<Run, 'saved' | 'entries'>): Record<string, number> {
  const groupOf = new Map(saved.preconditions.map(({ instance, group }) => [instance, group ?? instance]));
  const underWay = new Map<string, Set<string>>();
  const greatest: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.kind !== 'intent' && entry.kind !== 'step-ended') continue;
    const instance = entry.step.slice(0, entry.step.indexOf('/'));
    const group = groupOf.get(instance)!;
    const now = underWay.get(group) ?? new Set();
    underWay.set(group, now);
    if (entry.kind === 'intent') now.add(instance);
    else now.delete(instance);
    greatest[group] = Math.max(greatest[group] ?? 0, now.size);
  }
  return greatest;
}
