/** What a page is. The table of pages is in `page-table.ts`. */
import type { ComponentType } from 'preact';
import type { Action } from '../../api/roles.ts';
import type { Person } from '../../api/session.ts';
import type { WordId } from '../words/en.ts';

/** What every page gets. */
export interface PageProps {
  readonly person: Person;
  /** The decoded parts of the address, in the order of its pattern. */
  readonly parts: readonly string[];
}

/** A place in the navigation. */
export interface PageLink {
  readonly to: string;
  readonly word: WordId;
  /** Typed after `g`. */
  readonly key: string;
  /** The page needs this right; absent: everybody sees it. */
  readonly action?: Action;
}

export interface Page {
  /** The whole path. Its groups are the parts. */
  readonly pattern: RegExp;
  /** The start of the addresses for which the link of the navigation is the current one; null: no link. */
  readonly link: PageLink | null;
  readonly load: () => Promise<ComponentType<PageProps>>;
}
