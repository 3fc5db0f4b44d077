/** Counts from the journal how many instances of one group were in progress at the same time. */
import type { Run } from './stage.ts';

/** The highest number for each group over the whole run. An instance without a group counts as its own group. */
export function together({ saved, entries }: Pick<Run, 'saved' | 'entries'>): Record<string, number> {
  const groupOf = new Map(saved.preconditions.map(({ instance, group }) => [instance, group ?? instance]));
  const inProgress = new Map<string, Set<string>>();
  const highest: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.kind !== 'intent' && entry.kind !== 'step-ended') continue;
    const instance = entry.step.slice(0, entry.step.indexOf('/'));
    const group = groupOf.get(instance)!;
    const now = inProgress.get(group) ?? new Set();
    inProgress.set(group, now);
    if (entry.kind === 'intent') now.add(instance);
    else now.delete(instance);
    highest[group] = Math.max(highest[group] ?? 0, now.size);
  }
  return highest;
}

/** The highest number of instances that were in progress at the same time. */
export function mostTogether({ entries }: Pick<Run, 'entries'>): number {
  const inProgress = new Set<string>();
  let highest = 0;
  for (const entry of entries) {
    if (entry.kind === 'intent') inProgress.add(entry.step);
    if (entry.kind === 'step-ended') inProgress.delete(entry.step);
    highest = Math.max(highest, inProgress.size);
  }
  return highest;
}
