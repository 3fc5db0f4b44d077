/** The moments of a run that the timeline marks: control commands, processes that died or ended, and resumes. */
import type { Report } from '../../model.ts';
import type { Mark } from '../charts/marks.ts';
import { PROCESS_DIED } from './waits.ts';

/** The marks of a run in the order of their times. */
export function marksOf({ run }: Report): Mark[] {
  const commands = (run.controlCommands ?? []).map(({ at, command, value, by, accepted, message }): Mark => {
    const label = value === null ? command : `${command} ${value}`;
    const answer = accepted ? 'accepted' : 'refused';
    return {
      at,
      kind: 'command',
      label: accepted ? label : `${label} (refused)`,
      title: `${label} by ${by.user}, ${answer}: ${message}`,
    };
  });
  const ends = (run.waits ?? []).flatMap((wait): Mark[] => {
    if (wait.for !== 'no-process') return [];
    const died = wait.reason === PROCESS_DIED;
    const kind = died ? 'died' : 'stopped';
    return [{ at: wait.from, until: wait.to, kind, label: kind, title: `no process: ${wait.reason}` }];
  });
  const resumes = run.processes.slice(1).map(({ at, user, host, pid, purpose }): Mark => {
    const label = purpose ?? 'resumed';
    return { at, kind: 'resumed', label, title: `${label} by ${user} on ${host}, process ${pid}` };
  });
  return [...commands, ...ends, ...resumes].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
