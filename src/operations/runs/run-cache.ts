/** Keeps what was computed of each run of a list, until its journal changes. */
import { messageOf } from '../../errors.ts';
import type { FoundRun, RunReader } from '../../store/ports.ts';

/** A run of the list, with what was computed of it. */
export interface CachedRun<Value> {
  readonly found: FoundRun;
  readonly run: RunReader | null;
  /** null: the run cannot be read. */
  readonly value: Value | null;
  /** Why it cannot be read; null: it can. */
  readonly fault: string | null;
}

/** The values of a list of runs. */
export interface RunCache<Value> {
  /**
   * Reads the runs that changed since the last call, and forgets those that are not in the list.
   * @param found the newest runs first. @param stop aborted to read nothing more: runs that
   * would have to be read are not in the result.
   * @returns the runs with their values, in the order of the list. It throws for no run.
   */
  update(found: readonly FoundRun[], stop?: AbortSignal): Promise<readonly CachedRun<Value>[]>;
}

/**
 * @param read computes the value of a run. `before` is its earlier value, so that a reading can continue.
 * @param changesAlone whether a run can change without its journal: then it is read at each call.
 */
export function createRunCache<Value>(
  read: (run: RunReader, before: Value | null) => Promise<Value>,
  changesAlone: (value: Value) => boolean = () => false,
): RunCache<Value> {
  let known = new Map<string, CachedRun<Value>>();
  const next = async (found: FoundRun, before: CachedRun<Value> | undefined): Promise<CachedRun<Value>> => {
    const { run } = found;
    if (run === null) return { found, run, value: null, fault: 'its record is damaged' };
    const value = before?.value ?? null;
    const isSame = before !== undefined && before.found.stamp === found.stamp;
    if (isSame && (value === null || !changesAlone(value))) return { ...before, found };
    try {
      return { found, run, value: await read(run, value), fault: null };
    } catch (error) {
      return { found, run, value: null, fault: messageOf(error) };
    }
  };
  return {
    async update(list, stop) {
      const all = new Map<string, CachedRun<Value>>();
      const done: CachedRun<Value>[] = [];
      for (const found of list) {
        const name = found.run?.name ?? found.name;
        const before = known.get(name);
        if (stop?.aborted) {
          if (before === undefined) continue;
          all.set(name, before);
          if (before.found.stamp === found.stamp) done.push({ ...before, found });
          continue;
        }
        const one = await next(found, before);
        all.set(name, one);
        done.push(one);
      }
      known = all;
      return done;
    },
  };
}
