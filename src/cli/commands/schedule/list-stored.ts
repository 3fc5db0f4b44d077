/** `refit schedule list|next|log` of a store. */
import { iso } from '../../../clock.ts';
import { withSchedule } from '../../../operations/runs/schedule-store.ts';
import type { StoreTarget } from '../../../operations/runs/store-from.ts';
import { escapeControls, sanitize } from '../../../report/document/escape.ts';
import { fileNamed, type ScheduleSeen } from '../../../schedule/read-schedule.ts';
import {
  readStoredEntries,
  readStoredSchedule,
  readStoredTexts,
} from '../../../schedule/store/read-stored.ts';
import { escapeLines } from '../../../text.ts';
import { formatLocal } from '../../local-time.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { printEntries, printList } from './print-schedule.ts';

/** @returns 0. */
export async function listStored(target: StoreTarget, options: Options, terminal: Terminal): Promise<number> {
  const read = await withSchedule(target, terminal.clock, readStoredSchedule);
  const { now, plans } = read;
  const schedulers = sanitize(read.schedulers);
  const more = {
    store: target.place,
    now: iso(now),
    schedulers: schedulers.map((one) => ({ ...one, since: iso(one.since) })),
    put: sanitize(plans).map(({ name, source, putAt, putBy }) => ({
      name,
      source,
      at: iso(putAt),
      by: putBy,
    })),
  };
  await printList(read, { now, place: (_, { run }) => ({ run }), more }, options, terminal);
  if (options.format === 'json') return 0;
  for (const { host, pid, since, folder } of schedulers)
    terminal.hint(
      `scheduler: process ${pid} on ${escapeControls(host)} since ${formatLocal(iso(since))}${folder === null ? '' : `, also of ${escapeControls(folder)}`}`,
    );
  if (schedulers.length === 0)
    terminal.hint(
      `no scheduler of this store lives; next: ${withConnectionOptions('refit schedule run', options)}`,
    );
  return 0;
}

/** The schedule of a store, and its clock. */
export async function readForNext(
  target: StoreTarget,
  terminal: Terminal,
): Promise<{ readonly read: ScheduleSeen; readonly now: number }> {
  const read = await withSchedule(target, terminal.clock, readStoredSchedule);
  return { read, now: read.now };
}

/** @param word a plan; null: all plans. @returns 0. */
export async function logStored(
  target: StoreTarget,
  word: string | null,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  return await withSchedule(target, terminal.clock, async (database) => {
    const { view, state } = await readStoredSchedule(database);
    // A plan that was removed still has its entries.
    const removed = [...state.plans.keys()].filter((name) => name.replace(/\.[^.]+$/, '') === word);
    const plan =
      word === null || state.plans.has(word)
        ? word
        : removed.length === 1
          ? removed[0]!
          : fileNamed(word, view, null).name;
    if (!options.review || plan === null) {
      await printEntries(await readStoredEntries(database, plan), options, terminal);
      return 0;
    }
    const due = state.plans.get(plan)?.last?.due ?? null;
    const texts = due === null ? null : await readStoredTexts(database, { plan, due });
    await print(terminal, options, {
      text: () => `${escapeLines(texts?.review ?? texts?.output ?? 'the store has no review of it')}\n`,
      json: { plan, due, review: texts?.review ?? null, output: texts?.output ?? null },
    });
    return 0;
  });
}
