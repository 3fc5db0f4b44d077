/**
 * `refit schedule run [DIR]`: carries out each plan of a folder or a store when it is due.
 * `refit schedule run-now|disable|enable`: starts one plan now, or changes whether it follows its due times.
 */

import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { stateDirectoryOf, userName } from '../../../operations/machine.ts';
import { createPlannerCheck } from '../../../operations/sign-plan.ts';
import { thisProgram } from '../../../operations/this-program.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { requestRun, switchPlan } from '../../../schedule/control-schedule.ts';
import { lockFolder } from '../../../schedule/lock-folder.ts';
import { createOccurrenceStore, liveHolder } from '../../../schedule/occurrence-directory.ts';
import { fileNamed, readSchedule, rootOf } from '../../../schedule/read-schedule.ts';
import { formatScheduleEvent, scheduleEventJson } from '../../../schedule/schedule-entry.ts';
import type { ScheduleEvent } from '../../../schedule/schedule-log.ts';
import { runOnce, type SchedulerPorts } from '../../../schedule/scheduler.ts';
import type { CommandCode } from '../../command-row.ts';
import type { Options } from '../../options.ts';
import { print } from '../../output.ts';
import { onSignals } from '../../signals.ts';
import type { Terminal } from '../../terminal.ts';
import { printSwitch } from './print-schedule.ts';
import { flagsOf, processPorts, type SchedulerProcess, serveScheduler } from './scheduler-process.ts';
import { needsFolder, scheduleOf, storeOfScheduler } from './which-schedule.ts';

export const scheduleRun: CommandCode<string[]> = async ([folder], options, terminal) => {
  const target = await storeOfScheduler(options, terminal);
  if (target !== null) {
    const { scheduleRunInStore } = await import('./run-stored.ts');
    return await scheduleRunInStore(target, folder ?? null, options, terminal);
  }
  if (folder === undefined) throw needsFolder('run');
  const watched = { folder: resolve(folder), runs: rootOf(folder, options.runs) };
  return await serveScheduler({ text: folder, json: watched }, options, terminal, (self, use) =>
    withPorts(folder, options, terminal, self, use),
  );
};

/** Asks a live scheduler, else runs the plan in this process. @returns 0 if a scheduler accepted, else the code of the occurrence. */
export const scheduleRunNow: CommandCode<string[]> = async (args, options, terminal) => {
  const where = await scheduleOf('run-now', args, options, terminal);
  if (where.kind === 'store') {
    const { runNowInStore } = await import('./stored.ts');
    return await runNowInStore(where, options, terminal);
  }
  const { folder, name } = where;
  const { root, view } = await readSchedule(folder, options.runs);
  const file = fileNamed(name, view, folder);
  if (file.kind !== 'scheduled')
    throw new RefitError('usage', `${file.name} cannot start: ${file.message}`, file.fix);
  const at = terminal.clock.now();
  const id = `${iso(at).replace(/[^0-9A-Z]/g, '')}-${process.pid}`;
  const request = { id, plan: file.name, at, by: userName() };
  if ((await liveHolder(root, hostname())) !== null) {
    const answer = await requestRun({ root, folder }, request, terminal.clock);
    await printEvent(answer, root, options, terminal);
    return answer.kind === 'refused' ? EXIT_COMMAND_REFUSED : 0;
  }
  const signals = onSignals(terminal);
  try {
    const self = { signals, traces: null };
    const ended = await withPorts(folder, options, terminal, self, (ports) => runOnce(ports, request));
    if (ended !== null) await printEvent(ended, root, options, terminal);
    if (ended !== null && 'exitCode' in ended) return ended.exitCode;
    return typeof signals.drain.reason === 'number' ? signals.drain.reason : 1;
  } finally {
    signals.close();
  }
};

function printEvent(event: ScheduleEvent, root: string, options: Options, terminal: Terminal): Promise<void> {
  const directory =
    'due' in event ? createOccurrenceStore(root, hostname()).directoryOf(event.plan, event.due) : null;
  const where = event.kind === 'refused' || directory === null ? '' : `\n${directory}`;
  return print(terminal, options, {
    text: () => `${escapeControls(formatScheduleEvent(event))}${where}\n`,
    json: { ...scheduleEventJson(event), directory },
  });
}

/** `enable` and `disable`. */
export function enableOrDisable(enabled: boolean): CommandCode<string[]> {
  return async (args, options, terminal) => {
    const where = await scheduleOf(enabled ? 'enable' : 'disable', args, options, terminal);
    if (where.kind === 'store') {
      const { switchInStore } = await import('./stored.ts');
      return await switchInStore(where, enabled, options, terminal);
    }
    const read = await readSchedule(where.folder, options.runs);
    const plan = fileNamed(where.name, read.view, where.folder).name;
    const at = terminal.clock.now();
    const changed = await switchPlan(read, plan, { enabled, at, by: userName() });
    await printSwitch({ plan, enabled, changed }, options, terminal);
    return 0;
  };
}

/** Locks the folder for this process. @throws RefitError as `lockFolder` and `createPlannerCheck` do. */
async function withPorts<T>(
  folder: string,
  options: Options,
  terminal: Terminal,
  self: SchedulerProcess,
  use: (ports: SchedulerPorts) => Promise<T>,
): Promise<T> {
  const { env } = terminal;
  const whyNotPlan = await createPlannerCheck(options, { env, named: options.policy ?? null });
  const holding = {
    folder,
    root: rootOf(folder, options.runs),
    stateDirectory: stateDirectoryOf(env),
    env,
    program: thisProgram(),
    flags: flagsOf(options),
    whyNotPlan,
    ...processPorts(options, terminal, self),
    ...given({ environmentOf: self.traces?.environment }),
  };
  return lockFolder(holding, use);
}
