/** Every sentence of findings and journal entries in English. */
import { approvalErrors } from './errors/approvals.ts';
import { passkeyErrors } from './errors/passkeys.ts';
import { planErrors } from './errors/plans.ts';
import { providerErrors } from './errors/provider.ts';
import { runErrors } from './errors/runs.ts';
import { advice } from './plan/advice.ts';
import { approvals } from './plan/approvals.ts';
import { byUse } from './plan/by-use.ts';
import { declines } from './plan/declines.ts';
import { effects } from './plan/effects.ts';
import { passkeys } from './plan/passkeys.ts';
import { planChecks } from './plan/plan-checks.ts';
import { planFromRun } from './plan/plan-from-run.ts';
import { planText } from './plan/plan-text.ts';
import { plans } from './plan/plans.ts';
import { policy } from './plan/policy.ts';
import { prices } from './plan/prices.ts';
import { reads } from './plan/reads.ts';
import { reasons } from './plan/reasons.ts';
import { review } from './plan/review.ts';
import { rules } from './plan/rules.ts';
import { sizing } from './plan/sizing.ts';
import { drift, selectors, targets } from './plan/targets.ts';
import { typed } from './plan/typed.ts';
import { usage } from './plan/usage.ts';
import { waves } from './plan/waves.ts';
import { windows } from './plan/windows.ts';
import { control } from './run/control.ts';
import { events } from './run/events.ts';
import { gates } from './run/gates.ts';
import { halts } from './run/halts.ts';
import { notify } from './run/notify.ts';
import { refusals } from './run/refusals.ts';
import { rests, wakes } from './run/rests.ts';
import { run } from './run/run.ts';
import { schedule } from './run/schedule.ts';
import { timeline } from './run/timeline.ts';
import { trust } from './run/trust.ts';
import { waits } from './run/waits.ts';
import { worker } from './run/worker.ts';

export const en = {
  ...approvalErrors,
  ...passkeyErrors,
  ...planErrors,
  ...providerErrors,
  ...runErrors,
  ...effects,
  ...advice,
  ...approvals,
  ...declines,
  ...control,
  ...events,
  ...gates,
  ...halts,
  ...notify,
  ...passkeys,
  ...planChecks,
  ...planFromRun,
  ...planText,
  ...plans,
  ...policy,
  ...prices,
  ...reads,
  ...reasons,
  ...refusals,
  ...review,
  ...rules,
  ...rests,
  ...run,
  ...schedule,
  ...sizing,
  ...targets,
  ...timeline,
  ...trust,
  ...typed,
  ...usage,
  ...selectors,
  ...byUse,
  ...drift,
  ...waits,
  ...waves,
  ...wakes,
  ...windows,
  ...worker,
};
