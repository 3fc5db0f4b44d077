/** Entries of runs that benchmarks write themselves. */
import { message } from '../../src/messages/messages.ts';
import { JOURNAL_FORMAT, type JournalEvent, type SavedPlan } from '../../src/model.ts';

/** The first entry of a run. */
export function startOfRun({ name, digest }: SavedPlan): JournalEvent {
  return {
    ...{ kind: 'run-started', format: JOURNAL_FORMAT, plan: name, digest, resumed: false, cutOff: 0 },
    ...{
      by: { user: 'bench', host: 'bench', pid: 1 },
      endpoint: 'redis.tencentcloudapi.com',
      version: 'bench',
    },
  } as JournalEvent;
}

/** The first entry of a step. @param at its place in the plan. */
export function intentOf({ steps }: SavedPlan, at: number): JournalEvent {
  const { id, after } = steps[at]!;
  return { kind: 'intent', step: id, attempt: 1, size: after };
}

/** The entries of a step that is verified. */
export function endOfStep(
  saved: SavedPlan,
  at: number,
  { order, sentAt }: { readonly order: string; readonly sentAt: string },
): JournalEvent[] {
  const { id, after } = saved.steps[at]!;
  return [
    intentOf(saved, at),
    { kind: 'accepted', step: id, attempt: 1, order, requestId: `r-${at}`, sentAt },
    {
      ...{ kind: 'step-ended', step: id, outcome: 'verified', code: null },
      ...{ message: message('run.instance-gone'), size: after, billed: null },
    },
  ];
}
