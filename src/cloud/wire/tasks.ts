/** Encodes and decodes the provider's tasks on instances. */
import { given } from '../../given.ts';
import type { Dimension } from '../../model.ts';
import type { Task } from '../cloud.ts';
import { fromBeijing, toBeijing } from './beijing-time.ts';
import { type Fields, identifier, type Page, page, type RowRange, text, wholeNumber } from './fields.ts';

/** The maximum of tasks on one page. */
export const TASKS_PER_PAGE = 100;

/**
 * The task types of a resize. The provider does not say which type a change gets. Their dimensions are an inference
 * from the names of the types. Source: docs/provider.md P92 and P93.
 */
const RESIZE_TASKS: ReadonlyMap<string, Dimension> = new Map([
  ['002', 'memoryPerShard'],
  ['028', 'shards'],
  ['029', 'replicas'],
]);

/** The result codes of tasks that are not done, and of failed tasks. */
const RESULT_CODES = { open: [0, 1, 4], failed: [4] } as const;

/** Requests a page of the resize tasks from a moment on, optionally of one instance. */
export function encodeTasks(
  { limit, offset }: RowRange,
  since: number,
  instance?: string,
  only?: keyof typeof RESULT_CODES,
): Fields {
  return {
    Limit: limit,
    Offset: offset,
    TaskTypes: [...RESIZE_TASKS.keys()],
    BeginTime: toBeijing(since),
    ...given({ InstanceId: instance, Result: only && RESULT_CODES[only] }),
  };
}

/** Requests a page of the tasks of any type that are pending or running. */
export function encodeRunningTasks({ limit, offset }: RowRange): Fields {
  return { Limit: limit, Offset: offset, Result: [0, 1] };
}

const RESULTS: Readonly<Record<number, Task['result']>> = {
  0: 'pending',
  1: 'running',
  2: 'done',
  4: 'failed',
};

/** Decodes a page of tasks. @param readAt the start of a task that is still pending. */
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
