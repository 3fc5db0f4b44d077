/** Asks the policy again before a wave, which may start days after the run. */
import { message } from '../../messages/messages.ts';
import { aboutOf } from '../../messages/refit-error.ts';
import { stopRun } from './may-start.ts';
import type { Run } from './run.ts';

/** @returns false: the policy refuses, or cannot be read, and no new order may start. */
export async function isPermitted(run: Run): Promise<boolean> {
  const { askPolicy } = run.ports;
  if (askPolicy === undefined) return true;
  try {
    const { refusal, event } = await askPolicy();
    if (refusal === null) {
      if (event !== null) await run.journal.appendDurably(event);
      return true;
    }
    const { status, reasons, fix } = refusal;
    const because = status === 'refused' ? 'policy-refused' : 'not-approved';
    stopRun(run, because, message('halt.by-policy', { reasons, fix }));
  } catch (error) {
    stopRun(run, 'policy-refused', message('halt.policy-unreadable', { error: aboutOf(error) }));
  }
  return false;
}
