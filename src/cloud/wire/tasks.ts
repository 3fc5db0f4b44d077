/** The provider's tasks on instances. */
import { given } from '../../given.ts';
import type { Dimension } from '../../model.ts';
import type { Task } from '../cloud.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import { type Fields, identifier, type Page, page, text, wholeNumber } from './fields.ts';

/** The most tasks that one page holds. */
export const TASKS_PER_PAGE = 100;

/**
 * Resize, scale, add or remove nodes: which of them a change becomes is not said. What they change is an inference, by
 * the names of the types. Source: docs/provider.md P92 and P93.
 */
const RESIZE_TASKS: ReadonlyMap<string, Dimension> = new Map([
  ['002', 'memoryPerShard'],
  ['028', 'shards'],
  ['029', 'replicas'],
]);

/** Which tasks are asked for by how they stand: those that are not done, and those that failed. */
const RESULT_CODES = { open: [0, 1, 4], failed: [4] } as const;

/** A page of the resize tasks that began at or after a moment, optionally of one instance, or only some of them. */
export function encodeTasks(
  offset: number,
  since: number,
  instance?: string,
  only?: keyof typeof RESULT_CODES,
): Fields {
  return {
    Limit: TASKS_PER_PAGE,
    Offset: offset,
    TaskTypes: [...RESIZE_TASKS.keys()],
    BeginTime: toBeijing(since),
    ...given({ InstanceId: instance, Result: only && RESULT_CODES[only] }),
  };
}

/** A page of the tasks of any type that are pending or running. */
export function encodeRunningTasks(offset: number): Fields {
  return { Limit: TASKS_PER_PAGE, Offset: offset, Result: [0, 1] };
}

const RESULTS: Readonly<Record<number, Task['result']>> = {
  0: 'pending',
  1: 'running',
  2: 'done',
  4: 'failed',
};

/** A page of tasks. @param readAt stands in for the start of one that has not begun: it begins no earlier. */
export function decodeTasks(fields: Fields, readAt: number): Page<Task> {
  return page(fields, 'Tasks', (row) => {
    const id = identifier(row.TaskId);
    const instance = text(row.InstanceId);
    if (id === null || instance === null) return null;
    const type = text(row.TaskType) ?? '';
    return {
      id,
      instance,
      type,
      dimension: RESIZE_TASKS.get(type) ?? null,
      startedAt: fromBeijing(row.StartTime) ?? readAt,
      result: RESULTS[wholeNumber(row.Result) ?? -1] ?? 'unrecognised',
    };
  });
}
