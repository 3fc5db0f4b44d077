/** The schedule log of a store, as one process has read it. */
import { RefitError } from '../../errors.ts';
import type { AppendedLine, LogHead, NewLine } from '../../store/schedule-store.ts';
import { entryFrom } from '../schedule-entry.ts';
import {
  EMPTY_STATE,
  foldEntries,
  type ScheduleEntry,
  type ScheduleEvent,
  type ScheduleState,
} from '../schedule-log.ts';

/** The log up to a line. */
export interface StoredLog {
  readonly state: ScheduleState;
  readonly seq: number;
}

export const EMPTY_LOG: StoredLog = { state: EMPTY_STATE, seq: 0 };

/** The entry of a line. @throws RefitError `journal-broken` if Refit did not write it. */
export function entryOf({ seq, line }: AppendedLine): ScheduleEntry {
  const entry = entryFrom(line);
  if (entry !== null) return entry;
  throw new RefitError(
    'journal-broken',
    `line ${seq} of the schedule log in the store is not an entry of this version of Refit`,
    'use the newest version; if somebody else wrote the line, the owner of the schema can remove it: ' +
      `DELETE FROM refit.schedule_log WHERE seq = ${seq}`,
  );
}

/** The log after more lines, up to a head. @throws as `entryOf`. */
export function readOn(
  log: StoredLog,
  lines: readonly AppendedLine[],
  { seq }: Pick<LogHead, 'seq'>,
): StoredLog {
  return { state: foldEntries(log.state, lines.map(entryOf)), seq };
}

/** An event as a line to append. */
export function lineOf(event: ScheduleEvent): NewLine {
  return {
    kind: event.kind,
    plan: 'plan' in event ? event.plan : null,
    write(at) {
      const line = JSON.stringify({ at, ...event });
      // Nobody could read the log any more.
      if (entryFrom(line) === null) throw new Error(`internal error: not an entry of a schedule: ${line}`);
      return line;
    },
  };
}
