/** The schedule of a store, for people who read it and control its plans. It reads each line of the log once. */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../store/postgres/database.ts';
import { readLines, readLogHead } from '../../store/postgres/schedules/log.ts';
import { listPlans, listRequests, readPlanText } from '../../store/postgres/schedules/plans.ts';
import { liveSchedulers } from '../../store/postgres/schedules/schedulers.ts';
import { fileNamed } from '../read-schedule.ts';
import type { ReadAccess, ScheduleAccess } from '../schedule-access.ts';
import { foldEntries, type ScheduleEntry } from '../schedule-log.ts';
import { requestStoredRun, switchOnSchedule } from './read-stored.ts';
import { EMPTY_LOG, entryOf } from './stored-log.ts';
import { createPlanReader } from './stored-plan.ts';

/** @param place where the store is, for people. @param host the name of this machine, for the log. */
export function createStoreAccess(
  database: Database,
  { clock, host, place }: { readonly clock: Clock; readonly host: string; readonly place: string },
): ScheduleAccess {
  const plans = createPlanReader((plan) => readPlanText(database, plan));
  let log = { ...EMPTY_LOG, generation: 0, entries: [] as ScheduleEntry[] };
  const readLog = async (): Promise<number> => {
    const { head, now } = await readLogHead(database);
    // A log that was restored or pruned may have other lines under the same numbers.
    const isSame = head.generation === log.generation && head.seq >= log.seq;
    const before = isSame ? log : { ...EMPTY_LOG, generation: head.generation, entries: [] };
    const fresh = (await readLines(database, before.seq, head)).map(entryOf);
    log = {
      ...{ seq: head.seq, generation: head.generation, state: foldEntries(before.state, fresh) },
      entries: [...before.entries, ...fresh],
    };
    return now;
  };
  const readView = async (): Promise<ReadAccess['view']> => {
    const listed = await listPlans(database);
    return {
      files: await plans.read(listed),
      switches: new Map(listed.map(({ name, enabled, switchedAt }) => [name, { enabled, at: switchedAt }])),
      requests: await listRequests(database),
    };
  };
  return {
    kind: 'store',
    place,
    async read() {
      const now = await readLog();
      const view = await readView();
      const hasScheduler = (await liveSchedulers(database)).length > 0;
      const { state, entries } = log;
      return { view, state, entries, hasScheduler, now, placeOf: (_plan, _due, run) => run };
    },
    textOf: async (plan) => plans.textOf(plan),
    switch: async (word, enabled, user) =>
      switchOnSchedule(database, fileNamed(word, await readView(), null).name, enabled, { user, host }),
    runNow: async (word, user) =>
      requestStoredRun(database, fileNamed(word, await readView(), null).name, { user, host }, clock),
  };
}
