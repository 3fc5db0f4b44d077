/**
 * What the pages of the console say in one language. A browser loads no more of a language than this; `words.ts` has also what
 * reviews, reports and other files say.
 */
import type { CodeTexts } from './codes.ts';
import { codes } from './en/codes.ts';
import { en } from './en/en.ts';
import { report } from './en/page/report.ts';
import { review } from './en/page/review.ts';
import * as quantities from './en/quantities.ts';
import type { Language } from './messages.ts';
import type { Quantities } from './quantities.ts';

/** The same texts and functions in another language: texts may differ, parameters not. */
export type InWords<English> = English extends string
  ? string
  : English extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Key in keyof English]: InWords<English[Key]> };

export interface Spoken {
  /** The language of a page, for its attribute `lang`. */
  readonly tag: string;
  readonly sentences: Language;
  readonly show: Quantities;
  readonly codes: CodeTexts;
  readonly report: InWords<typeof report>;
  readonly review: InWords<typeof review>;
}

export const spokenEnglish: Spoken = { tag: 'en', sentences: en, show: quantities, codes, report, review };
