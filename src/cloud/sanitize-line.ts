/** Text from outside, for one line of a message. */
import { escapeControls } from '../text.ts';

/** Makes a text from outside safe for one line. Escapes what nobody can see; keeps `most` characters. */
export function sanitizeLine(text: string, most = 300): string {
  const shown = escapeControls(text.slice(0, most + 1));
  return shown.length > most ? `${shown.slice(0, most)}…` : shown;
}
