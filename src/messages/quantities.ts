/** What every language formats. `en/quantities.ts` explains each function. */
import type * as english from './en/quantities.ts';

/** What pages count. English makes the plural of it. */
export type Noun =
  | 'blocked target'
  | 'call'
  | 'entry'
  | 'error'
  | 'group'
  | 'instance'
  | 'more code'
  | 'note'
  | 'prepaid step'
  | 'rollback'
  | 'run'
  | 'step'
  | 'warning';

/** The quantities of pages in one language. */
export type Quantities = Omit<typeof english, 'counted' | 'inWords' | 'DIMENSION_WORDS'> & {
  /** A number with its noun. @param plural where English has an irregular one. */
  counted(value: number, noun: Noun, plural?: string): string;
};
