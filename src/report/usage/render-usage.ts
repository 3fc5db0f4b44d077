/** Renders the history of use of one instance; pure. */
import type { Words } from '../../messages/words.ts';
import { json } from '../document/escape.ts';
import type { ShownUsage } from './shown-usage.ts';
import { usageCsv } from './usage-csv.ts';
import { usageHtml } from './usage-html.ts';
import { usageText } from './usage-text.ts';

export type UsageFormat = 'text' | 'json' | 'csv' | 'html';

/** Where a text is shown. `width` in terminal cells. */
interface Where {
  readonly color: boolean;
  readonly width: number;
  /** The language of the page; English by default. Only HTML uses it. */
  readonly words?: Words;
}

const RENDERERS: Readonly<Record<UsageFormat, (usage: ShownUsage, where: Where) => string>> = {
  text: usageText,
  json,
  csv: usageCsv,
  html: usageHtml,
};

/** The formats in the order of the help. */
export const USAGE_FORMATS = Object.keys(RENDERERS) as readonly UsageFormat[];

/** The whole text with a final line end. Equal histories give equal bytes. */
export function renderUsage(usage: ShownUsage, format: UsageFormat, where: Where): string {
  return RENDERERS[format](usage, where);
}
