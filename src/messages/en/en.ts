/** Every sentence of findings and journal entries in English. */
import { rules } from './rules.ts';

export const en = { ...rules };
