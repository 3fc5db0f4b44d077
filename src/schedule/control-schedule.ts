/** What people say of a schedule: a plan on or off, or begin it now. */
import { type Clock, iso } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { shellQuote } from '../next-command.ts';
import { SECOND } from '../units.ts';
import type { RunRequest } from './decide.ts';
import { isEnabled, type ReadSchedule } from './read-schedule.ts';
import type { ScheduleEntry } from './schedule-log.ts';
import { readAccount } from './schedule-log-file.ts';
import { dropRequest, writeSaid } from './watched-folder.ts';

/** How long a live scheduler may take to answer: it looks every two seconds. */
const ANSWER_WITHIN = 30 * SECOND;

/** Switches a plan on or off, from now on, whether a scheduler lives or not. @returns false where it is so already. */
export async function switchPlan(
  { root, view }: ReadSchedule,
  plan: string,
  { enabled, at, by }: { readonly enabled: boolean; readonly at: number; readonly by: string },
): Promise<boolean> {
  if (isEnabled(view, plan) === enabled) return false;
  await writeSaid(root, 'switches', plan, { enabled, at: iso(at), by });
  return true;
}

/**
 * Asks the live scheduler of a folder to begin a plan now, and waits for its answer.
 * @throws RefitError `run-silent` where it does not answer.
 */
export async function askScheduler(
  { root, folder }: { readonly root: string; readonly folder: string },
  { id, plan, at, by }: RunRequest,
  clock: Clock,
): Promise<ScheduleEntry> {
  await writeSaid(root, 'requests', id, { plan, at: iso(at), by });
  const until = clock.monotonic() + ANSWER_WITHIN;
  for (;;) {
    const { entries } = await readAccount(root);
    const answer = entries.findLast((entry) => 'request' in entry && entry.request === id);
    if (answer) return answer;
    if (clock.monotonic() > until) {
      await dropRequest(root, id);
      throw new RefitError(
        'run-silent',
        `the scheduler of ${folder} has not answered for ${ANSWER_WITHIN / SECOND} seconds; the request was taken back`,
        `refit schedule list ${shellQuote(folder)} tells which process it is`,
      );
    }
    await clock.sleep(200);
  }
}
