/** `refit schedule run-now DIR NAME`, `disable` and `enable`. */
import { hostname } from 'node:os';
import { iso } from '../../../clock.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import { word } from '../../../next-command.ts';
import { userName } from '../../../operations/machine.ts';
import { visible } from '../../../report/document/escape.ts';
import type { ScheduleDeed, ScheduleEntry } from '../../../schedule/account.ts';
import { readAccount } from '../../../schedule/account-file.ts';
import { openOccurrenceDisk } from '../../../schedule/occurrence-directory.ts';
import { sayDeed } from '../../../schedule/say-entry.ts';
import { runOnce } from '../../../schedule/scheduler.ts';
import { schedulerOf } from '../../../schedule/scheduler-lock.ts';
import { dropRequest, writeRequest, writeSwitch } from '../../../schedule/watched-folder.ts';
import { onSignals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';
import { fileNamed, readSchedule } from './list.ts';
import { type ScheduleOptions, type ScheduleRunOptions, withPorts } from './run.ts';

/** How long a live scheduler may take to answer, milliseconds: it looks every two seconds. */
const ANSWER_WITHIN = 30_000;

/** From now on, whether a scheduler lives or not. */
export const scheduleEnable = switchTo(true);
export const scheduleDisable = switchTo(false);

function switchTo(enabled: boolean) {
  return async (
    [folder, name]: readonly [string, string],
    options: ScheduleOptions,
    terminal: Terminal,
  ): Promise<number> => {
    const { format } = options;
    const { root, view } = await readSchedule(folder, options);
    const plan = fileNamed(name, view, folder).name;
    const at = iso(terminal.clock.now());
    const was = view.switches.get(plan)?.enabled !== false;
    if (was !== enabled) await writeSwitch(root, plan, { enabled, at, by: userName() });
    if (format === 'json') {
      await terminal.out(`${JSON.stringify({ plan, enabled, changed: was !== enabled })}\n`);
      return 0;
    }
    const state = enabled ? 'enabled' : 'disabled';
    const what =
      was === enabled
        ? `${plan} is ${state} already`
        : enabled
          ? `${plan} is enabled: what was due until now is not made up for`
          : `${plan} is disabled: nothing of it begins by itself; what is under way goes on`;
    await terminal.out(`${visible(what)}\n`);
    return 0;
  };
}

/** Through the scheduler where one lives, else here and now. @returns 0 where one took it up, else the occurrence's own code. */
export async function scheduleRunNow(
  [folder, name]: readonly [string, string],
  options: ScheduleRunOptions,
  terminal: Terminal,
): Promise<number> {
  options.format;
  const { root, view } = await readSchedule(folder, options);
  const file = fileNamed(name, view, folder);
  if (file.kind !== 'scheduled')
    throw new RefitError('usage', `${file.name} cannot be begun: ${file.what}`, file.mend);
  const { clock } = terminal;
  const now = clock.now();
  const by = userName();
  const id = `${iso(now).replace(/[^0-9A-Z]/g, '')}-${process.pid}`;
  if ((await schedulerOf(root, hostname())) !== null) {
    await writeRequest(root, id, { plan: file.name, at: iso(now), by });
    return answered(root, id, folder, options, terminal);
  }
  const signals = onSignals(terminal);
  try {
    const request = { id, plan: file.name, at: now, by };
    const ended = await withPorts(folder, options, terminal, signals, (ports) => runOnce(ports, request));
    if (ended !== null) await tell(ended, root, options, terminal);
    if (ended !== null && 'exitCode' in ended) return ended.exitCode;
    return typeof signals.drain.reason === 'number' ? signals.drain.reason : 1;
  } finally {
    signals.close();
  }
}

/** Waits until the scheduler has answered a request. @throws RefitError `run-silent` where it does not. */
async function answered(
  root: string,
  id: string,
  folder: string,
  options: ScheduleOptions,
  { clock, ...terminal }: Terminal,
): Promise<number> {
  const until = clock.monotonic() + ANSWER_WITHIN;
  for (;;) {
    const { entries } = await readAccount(root);
    const answer = entries.findLast((entry: ScheduleEntry) => 'request' in entry && entry.request === id);
    if (answer) {
      await tell(answer, root, options, { clock, ...terminal });
      return answer.kind === 'refused' ? EXIT_COMMAND_REFUSED : 0;
    }
    if (clock.monotonic() > until) {
      await dropRequest(root, id);
      throw new RefitError(
        'run-silent',
        `the scheduler of ${folder} has not answered for ${ANSWER_WITHIN / 1000} seconds; the request was taken back`,
        `refit schedule list ${word(folder)} tells which process it is`,
      );
    }
    await clock.sleep(200);
  }
}

async function tell(
  deed: ScheduleDeed,
  root: string,
  options: ScheduleOptions,
  terminal: Terminal,
): Promise<void> {
  const directory =
    'due' in deed ? openOccurrenceDisk(root, hostname()).directoryOf(deed.plan, deed.due) : null;
  if (options.format === 'json') return terminal.out(`${JSON.stringify({ ...deed, directory })}\n`);
  const where = deed.kind === 'refused' || directory === null ? '' : `\n${directory}`;
  return terminal.out(`${visible(sayDeed(deed))}${where}\n`);
}
