/** `refit schedule log`: prints the schedule log of a folder or a store. It writes nothing. */
import { RefitError } from '../../../errors.ts';
import { shellQuote } from '../../../next-command.ts';
import { fileNamed, readSchedule, rootOf } from '../../../schedule/read-schedule.ts';
import { readScheduleLog } from '../../../schedule/schedule-log-file.ts';
import type { CommandCode } from '../../command-row.ts';
import { printEntries } from './print-schedule.ts';
import { storeOfScheduler, storeWithout } from './which-schedule.ts';

/** `FOLDER [NAME]`, or `[NAME]` of a store. @returns 0. */
export const scheduleLog: CommandCode<string[]> = async ([first, second], options, terminal) => {
  const isNameOnly = second === undefined && !first?.includes('/');
  const target = isNameOnly
    ? await storeOfScheduler(options, terminal)
    : await storeWithout('log', first, options, terminal);
  if (target !== null) {
    const { logStored } = await import('./list-stored.ts');
    return await logStored(target, first ?? null, options, terminal);
  }
  if (first === undefined) await storeWithout('log', first, options, terminal);
  const folder = first!;
  if (options.review)
    throw new RefitError(
      'usage',
      '--review is for a store: a folder keeps the reviews as files',
      `refit schedule list ${shellQuote(folder)}   names the folder of each occurrence`,
    );
  const { view, state } = await readSchedule(folder, options.runs);
  const plan =
    second === undefined || state.plans.has(second) ? second : fileNamed(second, view, folder).name;
  const { entries } = await readScheduleLog(rootOf(folder, options.runs));
  const own = plan === undefined ? entries : entries.filter((one) => 'plan' in one && one.plan === plan);
  await printEntries(own, options, terminal);
  return 0;
};
