/** `refit schedule run-now DIR NAME`, `disable` and `enable`. */
import { hostname } from 'node:os';
import { iso } from '../../../clock.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import { userName } from '../../../operations/machine.ts';
import { visible } from '../../../report/document/escape.ts';
import { type ScheduleDeed, sayDeed } from '../../../schedule/account.ts';
import { askScheduler, switchPlan } from '../../../schedule/control-schedule.ts';
import { liveHolder, openOccurrenceDisk } from '../../../schedule/occurrence-directory.ts';
import { fileNamed, readSchedule } from '../../../schedule/read-schedule.ts';
import { runOnce } from '../../../schedule/scheduler.ts';
import { print } from '../../output.ts';
import { onSignals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';
import { type ScheduleOptions, type ScheduleRunOptions, withPorts } from './run.ts';

export const scheduleEnable = switchTo(true);
export const scheduleDisable = switchTo(false);

function switchTo(enabled: boolean) {
  return async (
    [folder, name]: readonly [string, string],
    options: ScheduleOptions,
    terminal: Terminal,
  ): Promise<number> => {
    const read = await readSchedule(folder, options.runs);
    const plan = fileNamed(name, read.view, folder).name;
    const at = terminal.clock.now();
    const changed = await switchPlan(read, plan, { enabled, at, by: userName() });
    await print(terminal, options, {
      text: () => `${visible(switchText(plan, enabled, changed))}\n`,
      json: { plan, enabled, changed },
    });
    return 0;
  };
}

function switchText(plan: string, enabled: boolean, changed: boolean): string {
  if (!changed) return `${plan} is ${enabled ? 'enabled' : 'disabled'} already`;
  return enabled
    ? `${plan} is enabled: what was due until now is not made up for`
    : `${plan} is disabled: nothing of it begins by itself; what is under way goes on`;
}

/** Through the scheduler where one lives, else here and now. @returns 0 where one took it up, else the occurrence's own code. */
export async function scheduleRunNow(
  [folder, name]: readonly [string, string],
  options: ScheduleRunOptions,
  terminal: Terminal,
): Promise<number> {
  const { root, view } = await readSchedule(folder, options.runs);
  const file = fileNamed(name, view, folder);
  if (file.kind !== 'scheduled')
    throw new RefitError('usage', `${file.name} cannot be begun: ${file.what}`, file.mend);
  const at = terminal.clock.now();
  const id = `${iso(at).replace(/[^0-9A-Z]/g, '')}-${process.pid}`;
  const request = { id, plan: file.name, at, by: userName() };
  if ((await liveHolder(root, hostname())) !== null) {
    const answer = await askScheduler({ root, folder }, request, terminal.clock);
    await tell(answer, root, options, terminal);
    return answer.kind === 'refused' ? EXIT_COMMAND_REFUSED : 0;
  }
  const signals = onSignals(terminal);
  try {
    const ended = await withPorts(folder, options, terminal, signals, (ports) => runOnce(ports, request));
    if (ended !== null) await tell(ended, root, options, terminal);
    if (ended !== null && 'exitCode' in ended) return ended.exitCode;
    return typeof signals.drain.reason === 'number' ? signals.drain.reason : 1;
  } finally {
    signals.close();
  }
}

function tell(deed: ScheduleDeed, root: string, options: ScheduleOptions, terminal: Terminal): Promise<void> {
  const directory =
    'due' in deed ? openOccurrenceDisk(root, hostname()).directoryOf(deed.plan, deed.due) : null;
  const where = deed.kind === 'refused' || directory === null ? '' : `\n${directory}`;
  return print(terminal, options, {
    text: () => `${visible(sayDeed(deed))}${where}\n`,
    json: { ...deed, directory },
  });
}
