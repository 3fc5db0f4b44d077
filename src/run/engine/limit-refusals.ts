/**
 * Refusals by the request limit fail no step: each is asked again. But where the limit lets nothing through at all, as
 * when the account's has been lowered or somebody else takes all of it, the run would ask for ever.
 */
import { isLimitCode, type Scope } from '../../model.ts';
import { sayHalt } from '../decide/halt-sentence.ts';
import type { Placed } from '../decide/move.ts';
import { MINUTE } from '../waits.ts';
import { stopRun } from './may-start.ts';
import { type Run, scopeKey } from './run.ts';

/** For how long the limit may let nothing through, milliseconds. */
const LONGEST = 15 * MINUTE;

/** Fewer say little, however far apart: a run may have been held back between them. */
const ENOUGH = 100;

/** Counts what came of an order, and halts the run where nothing but refusals by the limit has come for too long. */
export function countLimitRefusals(run: Run, scope: Scope, placed: Placed): void {
  if (placed.kind !== 'accepted' && placed.kind !== 'refused' && placed.kind !== 'no-answer') return;
  const { limitRefusals } = run.learned;
  const key = scopeKey(scope);
  if (placed.kind !== 'refused' || !isLimitCode(placed.code)) return void limitRefusals.delete(key);
  const now = run.clock.monotonic();
  const present = limitRefusals.get(key) ?? { since: now, times: 0 };
  limitRefusals.set(key, present);
  present.times += 1;
  if (present.times < ENOUGH || now - present.since <= LONGEST) return;
  stopRun(
    run,
    'halted',
    sayHalt(
      `for ${LONGEST / MINUTE} minutes every order in ${scope.region} was refused by the request limit (${placed.code})`,
      'wait until others have stopped ordering as this account, or have its limit looked at by a ticket',
    ),
  );
}
