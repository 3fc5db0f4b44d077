/** What operators ask of a schedule: enable or disable a plan, or start it now. */
import { type Clock, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import { shellQuote } from '../next-command.ts';
import { SECOND } from '../units.ts';
import type { RunRequest } from './decide.ts';
import { isEnabled, type ReadSchedule } from './read-schedule.ts';
import type { ScheduleEntry } from './schedule-log.ts';
import { readScheduleLog } from './schedule-log-file.ts';
import { dropRequest, writeControlFile } from './watched-folder.ts';

/** Milliseconds that a live scheduler has to answer. It reads its folder every two seconds. */
const ANSWER_WITHIN = 30 * SECOND;

/** Enables or disables a plan from now on, with or without a live scheduler. @returns false if nothing changes. */
export async function switchPlan(
  { root, view }: Pick<ReadSchedule, 'root' | 'view'>,
  plan: string,
  { enabled, at, by }: { readonly enabled: boolean; readonly at: number; readonly by: string },
): Promise<boolean> {
  if (isEnabled(view, plan) === enabled) return false;
  await writeControlFile(root, 'switches', plan, { enabled, at: iso(at), by });
  return true;
}

/**
 * Asks the live scheduler of a folder to start a plan now, and waits for its answer.
 * @throws RefitError `run-silent` if it does not answer.
 */
export async function requestRun(
  { root, folder }: { readonly root: string; readonly folder: string },
  { id, plan, at, by }: RunRequest,
  clock: Clock,
): Promise<ScheduleEntry> {
  await writeControlFile(root, 'requests', id, { plan, at: iso(at), by });
  const until = clock.monotonic() + ANSWER_WITHIN;
  for (;;) {
    const { entries } = await readScheduleLog(root);
    const answer = entries.findLast((entry) => 'request' in entry && entry.request === id);
    if (answer) return answer;
    if (clock.monotonic() > until) {
      await dropRequest(root, id);
      throw refitError(
        'run-silent',
        message('error.scheduler-silent', {
          ...{
            folder,
            seconds: ANSWER_WITHIN / SECOND,
            command: `refit schedule list ${shellQuote(folder)}`,
          },
        }),
      );
    }
    await clock.sleep(200);
  }
}
