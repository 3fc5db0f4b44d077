/** Who holds a run in a database, and whether that process lives. */
import { RefitError } from '../../../errors.ts';
import type { HolderName } from '../../../messages/en/errors/runs.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { shellQuote } from '../../../next-command.ts';
import { escapeControls } from '../../../text.ts';
import { SECOND } from '../../../units.ts';
import { type Holder, isAlive } from '../../folder/lock.ts';
import { GONE_AFTER, IS_GONE } from '../presence.ts';

/** The process that holds a run. */
export interface RunOwner extends Holder {
  /** The name of the worker; null for another command. */
  readonly worker: string | null;
  /** Different for each claim, so that a process recognizes its own after a lost connection. */
  readonly token: string;
  /** True while it answers requests of operators. */
  readonly listens: boolean;
}

/** How often a process says that it lives, milliseconds. */
export const LEASE_RENEWAL: number = 2 * SECOND;
/**
 * After this time without a word, another process may take the run over, milliseconds by the database's clock. It is
 * shorter than the heartbeat of a job, so that a redelivered job finds the run free.
 */
export const LEASE: number = 8 * SECOND;

/** A run's owner, and its last word by the database's clock. */
export interface Ownership {
  readonly owner: RunOwner | null;
  /** Milliseconds since the owner's last word; null if there is no owner. */
  readonly silentFor: number | null;
  /** True if the process of a worker has ended, as far as the database can see. */
  readonly isGone: boolean;
}

/** The columns of `Ownership`, from `refit.runs`. */
export const OWNERSHIP = `owner, (extract(epoch FROM clock_timestamp() - owner_seen_at) * 1000)::float4 AS "silentFor",
  EXISTS (SELECT FROM refit.workers WHERE workers.id = runs.owner ->> 'worker' AND ${IS_GONE}) AS "isGone"`;

/**
 * True if the owner may still work.
 * @param host this machine, whose dead processes are visible. @param lives whether a process of this machine lives.
 */
export async function isHeld(
  { owner, silentFor, isGone }: Ownership,
  host: string,
  lives: (owner: RunOwner) => Promise<boolean> = (holder) => isAlive(holder, host),
): Promise<boolean> {
  // A word from the future is from before the clock of the database was set back. A live process repeats it soon.
  if (owner === null || silentFor === null) return false;
  if (Math.abs(silentFor) > (isGone ? GONE_AFTER : LEASE)) return false;
  return owner.host !== host || (await lives(owner));
}

/** The owner as a message names it. */
export function ownerName({ pid, host, purpose, worker }: RunOwner): HolderName {
  return { pid, host, purpose: worker === null ? purpose : `${purpose} ${worker}` };
}

/** Names the owner: `process 4711 on db-1 (refit apply)`. */
export function describeOwner(owner: RunOwner): string {
  const { pid, host, purpose } = ownerName(owner);
  return escapeControls(`process ${pid} on ${host} (${purpose})`);
}

/** The refusal while another process holds a run. @param option the store, for the next command. */
export function heldError(id: string, owner: RunOwner, option: string): RefitError {
  return refitError(
    'locked',
    message('error.run-held', {
      ...{ run: id, owner: ownerName(owner), since: owner.since, seconds: LEASE / SECOND },
      command: `refit status ${shellQuote(id)}${option}`,
    }),
  );
}

/** The failure of a process from which another one took the run over. */
export function fencedError(id: string, owner: RunOwner | null, option: string): RefitError {
  const by =
    owner === null
      ? 'another process took the run over, and has given it back'
      : `${describeOwner(owner)} took the run over at ${escapeControls(owner.since)}`;
  return new RefitError(
    'fenced',
    `${id}: ${by}, so this process orders nothing more`,
    `refit status ${shellQuote(id)}${option}   shows from the journal whether the run continues`,
  );
}
