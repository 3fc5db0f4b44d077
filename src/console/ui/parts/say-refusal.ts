/** A refusal of the server in the language of the page. */
import type { Message } from '../../../model.ts';
import type { Refused } from '../client.ts';
import { isWord, language, say, sayMessage, sayRendered } from '../language.ts';
import type { Values } from '../words/fill.ts';

/** A refusal, or a fault of something that the server reads. */
type Shown = Pick<Refused, 'message'> & {
  readonly fix: string | null;
  readonly about?: Message | null | undefined;
};

/** What was refused, and what the person can do. Refusals without words of the page stay in English. */
export function sayRefusal({ message, fix: typed, about }: Shown): {
  readonly message: string;
  readonly fix: string;
} {
  const fix = typed ?? '';
  // English is as the server wrote it, which often knows more.
  if (!about || language() === 'en') return { message, fix };
  const { id } = about;
  const fixId = `${id}.fix`;
  if (isWord(id) && isWord(fixId)) {
    const values = about.params as Values;
    return { message: say(id, values), fix: say(fixId, values) };
  }
  if (id.startsWith('refusal.')) return { message, fix };
  return { message: sayMessage(about), fix: sayRendered(about).fix ?? fix };
}

/** The same in one line. */
export function refusalText(error: Shown): string {
  const { message, fix } = sayRefusal(error);
  return fix === '' ? message : `${message} · ${fix}`;
}
