/** What operators and gates told a run, folded from its journal. */
import { unreachable } from '../errors.ts';
import type { EntryOf, Steerer } from '../model.ts';
import type { Folding } from './folding.ts';

/** A command to the live run. One that was rejected changes nothing. */
export function foldCommand(run: Folding, { command, value, by, at, accepted }: EntryOf<'steered'>): void {
  if (!accepted) return;
  switch (command) {
    case 'pause':
      run.steered = { ...run.steered, paused: { since: at, by: saySteerer(by) } };
      return;
    case 'continue':
      run.steered = { ...run.steered, paused: null };
      for (const { wave, next } of run.gates.values()) if (next === 'pause') run.gatesReleased.add(wave);
      return;
    case 'set inFlight':
      run.steered = { ...run.steered, inFlight: value };
      return;
    case 'set requestsPerSecond':
      run.steered = { ...run.steered, requestsPerSecond: value };
      return;
    case 'drain':
    case 'abort':
      run.toldToStop = true;
      return;
    default:
      return unreachable(command);
  }
}

/** What a gate judged. One that is inconclusive pauses the run, unless it is paused already. */
export function foldGate(run: Folding, entry: EntryOf<'gate'>): void {
  run.gates.set(`${entry.wave} ${entry.judge}`, entry);
  if (entry.next !== 'pause' || run.steered.paused !== null) return;
  run.steered = { ...run.steered, paused: { since: entry.at, by: sayGate(entry.name) } };
}

/** Who told a run something: `dba@host`. */
export function saySteerer({ user, host }: Steerer): string {
  return `${user}@${host}`;
}

/** Who pauses a run whose gate cannot tell. */
export function sayGate(wave: string): string {
  return `the gate after wave ${wave}`;
}
