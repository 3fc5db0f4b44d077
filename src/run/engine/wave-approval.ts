/**
 * Decides whether a wave that requires its own approval may start. If the plan says so, a live run waits for it and
 * notifies people. Otherwise, or after that time, the run ends before the wave, and the same command asks again.
 */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import type { Message } from '../../model.ts';
import { SECOND } from '../../units.ts';
import type { ApprovalDemand } from '../demand-approvals.ts';
import { mayContinue, stopRun, waitUntil } from './may-start.ts';
import type { Run } from './run.ts';
import { isPermitted } from './wave-policy.ts';

/** How often a waiting run checks for approval files, ms. */
const CHECK_EVERY = 2 * SECOND;

/**
 * Verifies the signatures of the plan and of the wave, also when a process resumes the wave.
 * @returns true: the wave may start, and its approvals are in the journal; false: no new order may start.
 */
export async function isApproved(run: Run, wave: number): Promise<boolean> {
  return (await isPermitted(run)) && (await isPlanApproved(run)) && (await isWaveApproved(run, wave));
}

/**
 * The process has verified the plan at its start. A wave may start days later, and a person may have removed a file, or
 * declined the plan.
 */
async function isPlanApproved(run: Run): Promise<boolean> {
  const { ports, journal } = run;
  if (ports.approvalOf === undefined) return true;
  const demanded = await ports.approvalOf(null);
  if (!('event' in demanded)) {
    const { missing, fix } = demanded;
    stopRun(run, 'not-approved', message('halt.not-approved', { missing, fix }));
    return false;
  }
  if (demanded.event !== null) await journal.appendDurably(demanded.event);
  return true;
}

async function isWaveApproved(run: Run, wave: number): Promise<boolean> {
  const { saved, journal } = run;
  const { approval, name } = saved.waves[wave]!;
  if (approval === undefined) return true;
  const ask = async (): Promise<ApprovalDemand> =>
    (await run.ports.approvalOf?.(wave)) ?? {
      missing: [message('halt.approval-required', { wave: name })],
      fix: message('fix.command', { command: 'refit approve SAVED --wave NAME' }),
    };
  let demanded = await ask();
  if (typeof approval === 'object' && !('event' in demanded)) {
    const { missing } = demanded;
    demanded = (await awaitApproval(run, wave, approval.within, missing, ask)) ?? demanded;
  }
  if (!('event' in demanded)) {
    const { missing, fix } = demanded;
    stopRun(run, 'not-approved', message('halt.not-approved', { missing, fix }));
    return false;
  }
  if (!mayContinue(run)) return false;
  if (demanded.event !== null) await journal.appendDurably(demanded.event);
  return true;
}

/**
 * Waits for the approvals. The time counts from the first request, also over restarts.
 * @returns the last result; null: the time was already over.
 */
async function awaitApproval(
  run: Run,
  wave: number,
  within: number,
  missing: readonly Message[],
  ask: () => Promise<ApprovalDemand>,
): Promise<ApprovalDemand | null> {
  const { saved, journal, clock, waits } = run;
  const { name } = saved.waves[wave]!;
  const asked = journal.replay.state().approvalsAwaited.get(wave);
  const end = asked === undefined ? clock.now() + within : Date.parse(asked);
  if (!mayContinue(run) || end <= clock.now()) return null;
  if (asked === undefined)
    await journal.appendDurably({
      kind: 'approval-awaited',
      wave,
      name,
      until: iso(end),
      message: message('run.approvals-missing', { missing }),
    });
  waits.setRunWait({ name: 'approval', since: end - within, limit: within });
  let demanded: ApprovalDemand | null = null;
  await waitUntil(run, end, within, {
    every: CHECK_EVERY,
    idle: { wakesOn: 'approval', reason: message('rest.approval', { wave: name, missing }) },
    each: async () => {
      demanded = await ask();
      return 'event' in demanded;
    },
  });
  waits.setRunWait(null);
  return demanded;
}
