/** Errors about a word that nothing has as its name, with the nearest name that there is. */

import { closest } from '../closest-word.ts';
import { RefitError } from '../errors.ts';
import { escapeControls } from '../text.ts';

/**
 * @param what what was typed, such as `--format jsn: unknown format`. @param known the names.
 * @param suggest the text to type with the nearest name.
 */
export function unknownWord(
  what: string,
  typed: string,
  known: readonly string[],
  suggest: (near: string) => string = (near) => near,
): RefitError {
  const near = closest(typed, known);
  const message = escapeControls(what);
  if (near === null) return new RefitError('usage', message, `one of: ${known.join(', ')}`);
  return new RefitError('usage', `${message}; did you mean ${near}?`, suggest(near));
}
