/** Every sentence of findings and journal entries in English. */
import { control } from './control.ts';
import { events } from './events.ts';
import { gates } from './gates.ts';
import { halts } from './halts.ts';
import { refusals } from './refusals.ts';
import { rules } from './rules.ts';
import { run } from './run.ts';

export const en = { ...rules, ...run, ...halts, ...refusals, ...gates, ...control, ...events };
