/**
 * Whether a wave that asks for an approval of its own may begin. A live run waits for it where the plan says so, and tells
 * whom the plan wants told; otherwise, or when that time is over, the run ends before the wave, and the same command
 * asks again.
 */
import { iso } from '../../clock.ts';
import { SECOND } from '../../units.ts';
import { formatHalt } from '../decide/after-refusal.ts';
import type { Demanded } from '../demand-approvals.ts';
import { mayContinue, stopRun, waitUntil } from './may-start.ts';
import type { Run } from './run.ts';

/** How often a run that waits looks for files. */
const CHECK_EVERY = 2 * SECOND;

/** @returns true once the wave may begin by its approvals, which are in the journal then; false: nothing new may start. */
export async function isApproved(run: Run, wave: number): Promise<boolean> {
  const { saved, journal } = run;
  const { approval, name } = saved.waves[wave]!;
  if (approval === undefined || journal.replay.state().wavesStarted.includes(wave)) return true;
  const ask = async (): Promise<Demanded> =>
    (await run.ports.approvalOf?.(wave)) ?? {
      what: [`wave ${name} asks for an approval`],
      fix: 'refit approve SAVED --wave NAME',
    };
  let demanded = await ask();
  if (typeof approval === 'object' && !('deed' in demanded)) {
    const { what } = demanded;
    demanded = (await awaited(run, wave, approval.within, what.join('; '), ask)) ?? demanded;
  }
  if (!('deed' in demanded)) {
    stopRun(run, 'not-approved', formatHalt(demanded.what.join('; '), demanded.fix));
    return false;
  }
  if (!mayContinue(run)) return false;
  await journal.record(demanded.deed);
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
  ask: () => Promise<Demanded>,
): Promise<Demanded | null> {
  const { saved, journal, clock, waits } = run;
  const { name } = saved.waves[wave]!;
  const asked = journal.replay.state().approvalsAwaited.get(wave);
  const end = asked === undefined ? clock.now() + within : Date.parse(asked);
  if (!mayContinue(run) || end <= clock.now()) return null;
  if (asked === undefined)
    await journal.record({ kind: 'approval-awaited', wave, name, until: iso(end), message: what });
  waits.ofRun({ name: 'approval', since: end - within, limit: within });
  let demanded: Demanded | null = null;
  await waitUntil(run, end, within, {
    every: CHECK_EVERY,
    each: async () => {
      demanded = await ask();
      return 'deed' in demanded;
    },
  });
  waits.ofRun(null);
  return demanded;
}
