/** `refit schedule list` and `refit schedule next`, of a folder or a store: list scheduled plans and due times. They write nothing. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { iso } from '../../../clock.ts';
import { textOf } from '../../../messages/messages.ts';
import { shellQuote } from '../../../next-command.ts';
import { formatMoment, formatUtc } from '../../../plan/windows/describe-windows.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { createOccurrenceStore, liveHolder } from '../../../schedule/occurrence-directory.ts';
import { type ComingTime, listComingTimes, readSchedule } from '../../../schedule/read-schedule.ts';
import type { CommandCode } from '../../command-row.ts';
import { formatLocal } from '../../local-time.ts';
import { countFrom, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { momentOf, type PlaceOf, printList, zoneOf } from './print-schedule.ts';
import { storeWithout } from './which-schedule.ts';

export const scheduleList: CommandCode<string[]> = async ([folder], options, terminal) => {
  const target = await storeWithout('list', folder, options, terminal);
  if (target !== null || folder === undefined) {
    const { listStored } = await import('./list-stored.ts');
    return await listStored(target!, options, terminal);
  }
  const read = await readSchedule(folder, options.runs);
  const host = hostname();
  const scheduler = await liveHolder(read.root, host);
  const { directoryOf } = createOccurrenceStore(read.root, host);
  const place: PlaceOf = (plan, { due }) => ({ directory: directoryOf(plan, due) });
  const now = terminal.clock.now();
  await printList(
    read,
    { now, place, more: { folder: resolve(folder), runs: read.root, now: iso(now), scheduler } },
    options,
    terminal,
  );
  if (options.format === 'json') return 0;
  terminal.hint(
    scheduler === null
      ? `no scheduler is watching this folder; next: ${withConnectionOptions(`refit schedule run ${shellQuote(folder)}`, options)}`
      : `watched by process ${scheduler.pid} on ${scheduler.host} since ${formatLocal(scheduler.since)}`,
  );
  return 0;
};

export const scheduleNext: CommandCode<string[]> = async ([folder], options, terminal) => {
  const target = await storeWithout('next', folder, options, terminal);
  const shown = folder === undefined ? '' : ` ${shellQuote(folder)}`;
  const count = countFrom(options.count, 1_000, `refit schedule next${shown}`) ?? 10;
  const { read, now } =
    folder === undefined
      ? await (await import('./list-stored.ts')).readForNext(target!, terminal)
      : { read: await readSchedule(folder, options.runs), now: terminal.clock.now() };
  const coming = listComingTimes(read, now, count);
  await print(terminal, options, {
    text: () => {
      const rows = coming.map((one) => {
        const { name, schedule } = one.plan;
        const zone = zoneOf(schedule);
        return [
          `${formatMoment(one.at, zone)} ${zone}`,
          formatUtc(one.at),
          name,
          schedule.does,
          remarkOn(one) ?? '',
        ];
      });
      const lines = table(rows, [{}, {}, {}, {}, {}], Number.POSITIVE_INFINITY, '');
      return `${(rows.length === 0 ? ['nothing is due'] : lines).map(escapeControls).join('\n')}\n`;
    },
    json: {
      now: iso(now),
      times: coming.map((one) => ({
        plan: one.plan.name,
        does: one.plan.schedule.does,
        ...momentOf(one.at, zoneOf(one.plan.schedule)),
        remark: remarkOn(one),
      })),
    },
    indent: 2,
  });
  return 0;
};

function remarkOn({ plan, continues, opens }: ComingTime): string | null {
  if (continues !== null) return `continues: ${textOf(continues)}`;
  if (opens === null) return null;
  if (opens === 'never') return 'outside its windows, and no window opens';
  return `outside its windows: resumes ${formatMoment(opens, plan.saved!.windows!.timezone)}`;
}
