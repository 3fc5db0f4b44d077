/** Exit codes in words. Source: docs/reference/exit-codes.md. */
import { say } from '../../language.ts';
import type { WordId } from '../../words/en.ts';

const MEANINGS: Readonly<Record<number, WordId>> = {
  ...{ 0: 'exit.0', 1: 'exit.1', 3: 'exit.3', 4: 'exit.4', 5: 'exit.5', 6: 'exit.6', 7: 'exit.7' },
  ...{ 8: 'exit.8', 10: 'exit.10', 11: 'exit.11', 12: 'exit.12', 130: 'exit.130', 143: 'exit.143' },
};

/** What the exit code of a run means, in the language shown; empty for one that runs do not have. */
export function exitMeaning(code: number): string {
  const word = MEANINGS[code];
  return word === undefined ? '' : say(word);
}
