/**
 * Everything that a page says in one language: sentences, quantities, explanations of codes, and labels. Text for a terminal,
 * Markdown and CSV is in English only, so `english` is the default everywhere. `languages.ts` loads the others.
 */
import type { CodeTexts } from './codes.ts';
import { codes } from './en/codes.ts';
import { en } from './en/en.ts';
import { columns } from './en/page/columns.ts';
import { diff } from './en/page/diff.ts';
import { facts, frame, names } from './en/page/frame.ts';
import { proof } from './en/page/proof.ts';
import { recommend } from './en/page/recommend.ts';
import { report } from './en/page/report.ts';
import { review } from './en/page/review.ts';
import { usage } from './en/page/usage.ts';
import { verdicts } from './en/page/verdicts.ts';
import * as quantities from './en/quantities.ts';
import type { Language } from './messages.ts';
import type { Quantities } from './quantities.ts';

/** The same texts and functions in another language: texts may differ, parameters not. */
export type InWords<English> = English extends string
  ? string
  : English extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Key in keyof English]: InWords<English[Key]> };

const page = { columns, diff, facts, frame, names, proof, recommend, report, review, usage, verdicts };

/** Labels, headings and phrases of pages. */
export type PageWords = InWords<typeof page>;

/** The title of a column that every language has. */
export type ColumnId = keyof typeof columns;

export interface Words extends PageWords {
  /** The language of a page, for its attribute `lang`. */
  readonly tag: string;
  readonly sentences: Language;
  readonly show: Quantities;
  readonly codes: CodeTexts;
}

export const english: Words = { ...page, tag: 'en', sentences: en, show: quantities, codes };
