import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import type { FormerHolder, JournalEvent, RunLock } from '../../model.ts';
import { type Claim, claimInstances } from './claims.ts';
import { type Lock, takeLock } from './lock.ts';
import { RUN_FILES } from './run-files.ts';

/** What locks are taken with. */
export interface LocksInput {
  /** The folder of locks and of the register of plans carried out: `$XDG_STATE_HOME/refit`. */
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly endpoint: string;
  /** The name of this machine. */
  readonly host: string;
}

/** The locks that a process holds, in the order in which it took them. */
export class Locks {
  readonly #held: { readonly name: RunLock; readonly lock: Lock | Claim }[] = [];
  readonly #input: LocksInput;
  readonly #self: { readonly host: string; readonly purpose: string };

  /** @param purpose what the process does, for other processes that meet its locks. */
  constructor(input: LocksInput, purpose: string) {
    this.#input = input;
    this.#self = { host: input.host, purpose };
  }

  /**
   * Each method throws a RefitError: `locked` while a live process holds the lock, `file-refused` if others can write to
   * the folder.
   */
  async takePlan(digest: string): Promise<void> {
    const { stateDirectory, clock } = this.#input;
    await mustBeOwnFolder(stateDirectory, 'the state folder');
    const path = join(stateDirectory, 'locks', `${digest}.json`);
    this.#held.push({ name: 'saved-plan', lock: await takeLock(path, this.#self, clock) });
  }

  async takeDirectory(directory: string): Promise<void> {
    await mustBeOwnFolder(directory, 'the run directory');
    const lock = await takeLock(join(directory, RUN_FILES.lock), this.#self, this.#input.clock);
    this.#held.push({ name: 'run-directory', lock });
  }

  async takeInstances(digest: string, instances: readonly string[]): Promise<void> {
    const { stateDirectory, clock, endpoint } = this.#input;
    const wanted = { digest, endpoint, instances };
    const lock = await claimInstances(stateDirectory, wanted, this.#self, clock);
    this.#held.push({ name: 'instances', lock });
  }

  /** One event for each dead process from which locks were taken over. */
  takeOvers(): JournalEvent[] {
    const byHolder = new Map<string, { from: FormerHolder; locks: RunLock[] }>();
    for (const { name, lock } of this.#held) {
      for (const holder of [lock.tookOverFrom].flat()) {
        if (holder === null) continue;
        const { pid, host, since, purpose, startTicks } = holder;
        const key = `${pid} ${host} ${startTicks} ${purpose}`;
        const known = byHolder.get(key);
        if (known) known.locks.push(name);
        else byHolder.set(key, { from: { pid, host, since, purpose }, locks: [name] });
      }
    }
    return [...byHolder.values()].map((one) => ({ kind: 'lock-taken-over', ...one }));
  }

  /** Never rejects. A lock that cannot be released ends with this process. */
  async release(): Promise<void> {
    for (const { lock } of this.#held) await lock.release().catch(() => undefined);
  }
}
