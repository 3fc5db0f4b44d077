/**
 * Whether a wave that asks for an approval of its own may begin. A live run waits for it where the plan says so, and tells
 * whom the plan wants told; otherwise, or when that time is over, the run ends before the wave, and the same command
 * asks again.
 */
import { iso } from '../../clock.ts';
import { SECOND } from '../../units.ts';
import { formatHalt } from '../decide/after-refusal.ts';
import type { ApprovalDemand } from '../demand-approvals.ts';
import { goesOn, stopRun, waitUntil } from './may-start.ts';
import type { Run } from './run.ts';

/** How often a run that waits looks for files. */
const LOOK_EVERY = 2 * SECOND;

/** @returns true once the wave may begin by its approvals, which are in the journal then; false: nothing new may start. */
export async function isApproved(run: Run, wave: number): Promise<boolean> {
  const { saved, journal } = run;
  const { approval, name } = saved.waves[wave]!;
  if (approval === undefined || journal.replay.state().wavesStarted.includes(wave)) return true;
  const ask = async (): Promise<ApprovalDemand> =>
    (await run.outside.approvalOf?.(wave)) ?? {
      missing: [`wave ${name} asks for an approval`],
      fix: 'refit approve SAVED --wave NAME',
    };
  let demanded = await ask();
  if (typeof approval === 'object' && !('event' in demanded)) {
    const { missing } = demanded;
    demanded = (await awaited(run, wave, approval.within, missing.join('; '), ask)) ?? demanded;
  }
  if (!('event' in demanded)) {
    stopRun(run, 'not-approved', formatHalt(demanded.missing.join('; '), demanded.fix));
    return false;
  }
  if (!goesOn(run)) return false;
  await journal.appendDurably(demanded.event);
  return true;
}

/**
 * Waits for them, counted from when they were asked for first, over restarts too.
 * @returns what was demanded last; null where that time was over before.
 */
async function awaited(
  run: Run,
  wave: number,
  within: number,
  what: string,
  ask: () => Promise<ApprovalDemand>,
): Promise<ApprovalDemand | null> {
  const { saved, journal, clock, waits } = run;
  const { name } = saved.waves[wave]!;
  const asked = journal.replay.state().approvalsAwaited.get(wave);
  const end = asked === undefined ? clock.now() + within : Date.parse(asked);
  if (!goesOn(run) || end <= clock.now()) return null;
  if (asked === undefined)
    await journal.appendDurably({ kind: 'approval-awaited', wave, name, until: iso(end), what });
  waits.setRunWait({ name: 'approval', since: end - within, limit: within });
  let demanded: ApprovalDemand | null = null;
  await waitUntil(run, end, within, {
    every: LOOK_EVERY,
    each: async () => {
      demanded = await ask();
      return 'event' in demanded;
    },
  });
  waits.setRunWait(null);
  return demanded;
}
