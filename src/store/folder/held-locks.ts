/** The locks that one process holds over a run, and what is to be told of how it came by them. */
import type { Deed, FormerHolder, RunLock } from '../../model.ts';
import type { Claim } from './claims.ts';
import type { Holder, Lock } from './lock.ts';
import type { RunOnDisk } from './run-directory.ts';

export interface HeldLock {
  readonly name: RunLock;
  readonly lock: Lock | Claim;
}

/** The instances for which something may still be ordered or settled. */
export function openInstances({ saved, state }: Pick<RunOnDisk, 'saved' | 'state'>): string[] {
  const open = saved.steps.filter(({ id }) => {
    const outcome = state.steps.get(id)?.outcome ?? 'not-run';
    return outcome === 'not-run' || outcome === 'unknown' || state.haltingRefusals.has(id);
  });
  return [...new Set(open.map(({ instance }) => instance))];
}

/** What was taken over from the dead, one deed for each of them. */
export function takeOversOf(locks: readonly HeldLock[]): Extract<Deed, { kind: 'lock-taken-over' }>[] {
  const taken = new Map<string, { from: FormerHolder; locks: RunLock[] }>();
  for (const { name, lock } of locks) {
    for (const holder of [lock.tookOverFrom].flat()) {
      if (holder === null) continue;
      const key = `${holder.pid} ${holder.host} ${holder.began} ${holder.purpose}`;
      const known = taken.get(key);
      if (known) known.locks.push(name);
      else taken.set(key, { from: formerly(holder), locks: [name] });
    }
  }
  return [...taken.values()].map((one) => ({ kind: 'lock-taken-over', ...one }));
}

function formerly({ pid, host, since, purpose }: Holder): FormerHolder {
  return { pid, host, since, purpose };
}
