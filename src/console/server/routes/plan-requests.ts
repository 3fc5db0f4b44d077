/** Reads what the pages of plans sent. Nobody has checked it. */
import { RefitError } from '../../../errors.ts';
import type { LanguageName } from '../../../messages/language-names.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { PlanFolder } from '../../../operations/plans/plan-folder.ts';
import type { ConsoleContext } from '../context.ts';

/** The folder of plans. @throws RefitError `usage` if the console has none. */
export function folderOf({ plans }: Pick<ConsoleContext, 'plans'>): PlanFolder {
  if (plans !== null) return plans;
  throw refitError('usage', message('error.no-plan-folder'));
}

/** The name and the text of a plan. @throws RefitError `usage` */
export function textFrom(body: unknown): { readonly name: string; readonly text: string } {
  const { name, text } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name === 'string' && typeof text === 'string') return { name, text };
  throw new RefitError('usage', 'this request has no plan', 'send the name and the text of a plan');
}

/** A text that is not empty; null: something else. */
export function wordFrom(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The language of the person; English unless it is another that Refit has. */
export function languageFrom(body: unknown): LanguageName {
  return (body as { readonly language?: unknown } | null)?.language === 'zh' ? 'zh' : 'en';
}
