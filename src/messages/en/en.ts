/** Every sentence of findings and journal entries in English. */
import { reads } from './reads.ts';
import { rules } from './rules.ts';

export const en = { ...reads, ...rules };
