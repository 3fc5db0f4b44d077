/** The codes that refit show adds to the findings of a saved plan, explained in English. */
import type { CodeText } from '../code-text.ts';

export const savedPlanCodes = {
  'Refit.Expired': {
    meaning: 'The saved plan has expired: no run of it may start.',
    checks: 'expiresAt of the saved plan, and the time at which refit show runs',
    fix: 'refit plan PLAN -o SAVED',
  },
  'Refit.Declined': {
    meaning: 'A person declines the saved plan: no run of it may start, and no further wave.',
    checks: 'the declines beside the saved plan or in the store, when refit show runs',
    fix: 'refit decline SAVED --withdraw   the author runs this; or change the plan, then plan again',
  },
  'Refit.DriftedSince': {
    meaning: 'The instance has changed since planning. apply would skip it as drifted, or wait for it.',
    checks: 'refit show --live: the instances now, and the instances in the saved plan',
    fix: 'plan again',
  },
  'Refit.SoldOutSince': {
    meaning: 'The size of the step is no longer sold, or is sold out. The provider would refuse the order.',
    checks: 'refit show --live: the catalogue now, and the sizes in the saved plan',
    fix: 'plan again when there is stock',
  },
} satisfies Record<string, CodeText>;
