/** How long the provider may take to show an order. Plans, reviews and runs use the same figure. */
import { MINUTE } from '../units.ts';

/** Milliseconds in which an executed order becomes visible. The orders of the provider's own samples took longer. */
export const VISIBLE_WITHIN: number = MINUTE;
