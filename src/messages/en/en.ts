/** Every sentence of findings and journal entries in English. */
import { approvals } from './approvals.ts';
import { control } from './control.ts';
import { events } from './events.ts';
import { gates } from './gates.ts';
import { halts } from './halts.ts';
import { notify } from './notify.ts';
import { planChecks } from './plan-checks.ts';
import { planFromRun } from './plan-from-run.ts';
import { planText } from './plan-text.ts';
import { plans } from './plans.ts';
import { prices } from './prices.ts';
import { reads } from './reads.ts';
import { reasons } from './reasons.ts';
import { refusals } from './refusals.ts';
import { review } from './review.ts';
import { rules } from './rules.ts';
import { run } from './run.ts';
import { schedule } from './schedule.ts';
import { drift, selectors, targets } from './targets.ts';
import { waves } from './waves.ts';
import { windows } from './windows.ts';

export const en = {
  ...approvals,
  ...control,
  ...events,
  ...gates,
  ...halts,
  ...notify,
  ...planChecks,
  ...planFromRun,
  ...planText,
  ...plans,
  ...prices,
  ...reads,
  ...reasons,
  ...refusals,
  ...review,
  ...rules,
  ...run,
  ...schedule,
  ...targets,
  ...selectors,
  ...drift,
  ...waves,
  ...windows,
};
