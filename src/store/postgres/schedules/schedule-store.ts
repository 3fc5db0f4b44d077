/** The schedule of a database, as one scheduler uses it. */
import type { Clock } from '../../../clock.ts';
import type { LiveScheduler, ScheduleStore } from '../../schedule-store.ts';
import type { Database } from '../database.ts';
import { whileConnectionIsLost } from '../retry.ts';
import { appendLine, readLines, readLogHead } from './log.ts';
import {
  adoptRun,
  claimOccurrence,
  closeOccurrence,
  continueOccurrence,
  endAttempt,
  listOpen,
  renewClaims,
  sealOccurrence,
} from './occurrences.ts';
import { listPlans, listRequests, putPlan, readPlanText, removePlan, removeRequest } from './plans.ts';
import { beatScheduler, leaveScheduler } from './schedulers.ts';

/** Creates the schedule of a database for one scheduler. @param user who runs it. */
export function createScheduleStore(
  database: Database,
  self: Omit<LiveScheduler, 'since'>,
  user: string,
  clock: Clock,
): ScheduleStore {
  const { id, host, pid } = self;
  const by = { user, host, pid };
  /** For what may happen twice: the second time finds the first one done. */
  const again = <T>(work: () => Promise<T>): Promise<T> => whileConnectionIsLost(clock, work);
  return {
    async read(after) {
      // The order is part of the promise of `StoredReading`.
      const { head, now, restoredAt } = await readLogHead(database);
      const lines = await readLines(database, after, head);
      const [plans, open, requests] = await Promise.all([
        listPlans(database),
        listOpen(database),
        listRequests(database),
      ]);
      return { head, now, restoredAt, lines, plans, open, requests };
    },
    planText: (plan) => readPlanText(database, plan),
    async beat(held) {
      await beatScheduler(database, self);
      return await renewClaims(database, id, held);
    },
    append: (line, expected, closes) =>
      database.transaction(async (queries) => {
        const appended = await appendLine(queries, line, expected);
        if (appended !== null && closes !== undefined) await closeOccurrence(queries, closes);
        return appended;
      }),
    claim: (occurrence, line, expected) => claimOccurrence(database, id, occurrence, line, expected),
    seal: (held, text) => again(() => sealOccurrence(database, held, text)),
    adopt: (held, digest, line) => adoptRun(database, held, digest, line),
    goOn: (held) => again(() => continueOccurrence(database, held, by)),
    end: (held, line, isOver, texts) => again(() => endAttempt(database, held, line, isOver, texts)),
    async putFromFolder(name, text, sha256, line) {
      const put = await putPlan(database, { name, text, sha256, by: `${user} on ${host}` }, 'folder', line);
      return put !== 'taken';
    },
    async removeFromFolder(name, sha256, line) {
      await removePlan(database, name, line, { sha256 });
    },
    dropRequest: (id) => removeRequest(database, id),
    leave: () => leaveScheduler(database, id),
  };
}
