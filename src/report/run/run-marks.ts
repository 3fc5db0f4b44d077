/** The moments of a run that the timeline marks: control commands, processes that died or ended, and resumes. */
import { english, type Words } from '../../messages/words.ts';
import type { Report } from '../../model.ts';
import type { Mark } from '../charts/marks.ts';

/** The marks of a run in the order of their times. */
export function marksOf({ run }: Report, { report: say }: Words = english): Mark[] {
  const { charts } = say;
  const commands = (run.controlCommands ?? []).map(({ at, command, value, by, accepted, message }): Mark => {
    const label = value === null ? command : `${command} ${value}`;
    return {
      at,
      kind: 'command',
      label: charts.commandMark(label, accepted),
      title: charts.commandTitle(label, by.user, accepted, message),
    };
  });
  const ends = (run.waits ?? []).flatMap((wait): Mark[] => {
    if (wait.for !== 'no-process') return [];
    const died = wait.reason === say.processDied;
    const kind = died ? 'died' : 'stopped';
    return [
      { at: wait.from, until: wait.to, kind, label: charts[kind], title: charts.noProcess(wait.reason) },
    ];
  });
  const resumes = run.processes.slice(1).map(({ at, user, host, pid, purpose }): Mark => {
    const label = charts[purpose ?? 'resumed'];
    return { at, kind: 'resumed', label, title: charts.resumedTitle(label, user, host, pid) };
  });
  return [...commands, ...ends, ...resumes].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
