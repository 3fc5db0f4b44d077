/** Reads saved plans from files. */
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { readInput } from '../named-files.ts';

/** @throws RefitError `usage` if the file cannot be read, `format-unknown` for a written plan, and as `readSavedPlan` does. */
export async function readSavedPlanFile(
  path: string,
  decode: (text: string) => SavedPlan = readSavedPlan,
): Promise<SavedPlan> {
  const text = (await readInput(path, 'saved-plan')).toString('utf8');
  if (isWrittenPlan(text)) {
    const command = `refit plan ${shellQuote(path)} -o saved-plan.json`;
    throw refitError('format-unknown', message('error.not-saved-plan', { command }));
  }
  return decode(text);
}

/** Whether a text is no JSON and has the keys of a plan. */
function isWrittenPlan(text: string): boolean {
  return !/^\ufeff?\s*\{/.test(text) && /^(version|name|targets)\s*:/m.test(text);
}
