/** Orders and tasks as evidence in messages. */
import { iso } from '../../clock.ts';
import type { Deal, Task } from '../../cloud/cloud.ts';
import type { Trace } from '../../model.ts';

export function orderTraces(deals: readonly Deal[]): Trace[] {
  return deals.map(({ order, createdBy, createdAt }) => ({
    kind: 'order',
    order,
    by: createdBy,
    createdAt: iso(createdAt),
  }));
}

export function taskTraces(tasks: readonly Task[]): Trace[] {
  return tasks.map(({ id, type, startedAt }) => ({ kind: 'task', id, type, startedAt: iso(startedAt) }));
}
