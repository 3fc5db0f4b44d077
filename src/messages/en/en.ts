/** Every sentence of findings and journal entries in English. */

import { plans } from './plans.ts';
import { prices } from './prices.ts';
import { reads } from './reads.ts';
import { reasons } from './reasons.ts';
import { review } from './review.ts';
import { rules } from './rules.ts';
import { drift, selectors, targets } from './targets.ts';
import { waves } from './waves.ts';

export const en = {
  ...reads,
  ...rules,
  ...targets,
  ...selectors,
  ...drift,
  ...reasons,
  ...prices,
  ...plans,
  ...waves,
  ...review,
};
