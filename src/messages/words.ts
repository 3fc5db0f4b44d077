/**
 * Everything that a page says in one language: sentences, quantities, explanations of codes, and labels. Text for a terminal,
 * Markdown and CSV is in English only, so `english` is the default everywhere. `languages.ts` loads the others.
 */
import { columns } from './en/page/columns.ts';
import { diff } from './en/page/diff.ts';
import { facts, frame, names } from './en/page/frame.ts';
import { proof } from './en/page/proof.ts';
import { recommend } from './en/page/recommend.ts';
import { usage } from './en/page/usage.ts';
import { verdicts } from './en/page/verdicts.ts';
import { type InWords, type Spoken, spokenEnglish } from './spoken.ts';

export type { InWords };

const page = { columns, diff, facts, frame, names, proof, recommend, usage, verdicts };

/** Labels, headings and phrases of pages. */
export type PageWords = InWords<typeof page>;

/** The title of a column that every language has. */
export type ColumnId = keyof typeof columns;

/** Everything that pages and sentences say, in one language. */
export interface Words extends PageWords, Spoken {}

export const english: Words = { ...page, ...spokenEnglish };
