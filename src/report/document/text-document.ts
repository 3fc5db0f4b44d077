/** What a text for a terminal begins and ends with: the verdict and the facts. */
import type { Verdict } from '../verdict.ts';
import { wrap } from './columns.ts';
import type { Ink } from './ink.ts';

const TONES = { good: 'green', warn: 'yellow', bad: 'red', open: 'blue' } as const;

/** `VERIFIED  12 of 12 steps verified`, wrapped under itself. */
export function verdictLines(verdict: Verdict, width: number, inks: Ink): string[] {
  const indent = ' '.repeat(verdict.word.length + 2);
  const [first, ...rest] = wrap(verdict.sentence, width, indent);
  const word = inks.bold(inks[TONES[verdict.tone]](verdict.word));
  return [`${word}  ${first!.trimStart()}`, ...rest];
}

/** Facts as `name  value` with the names in one column; values that are empty are left out. */
export function factLines(facts: readonly (readonly [string, string])[], width: number, inks: Ink): string[] {
  const told = facts.filter(([, value]) => value !== '');
  const room = Math.max(...told.map(([name]) => name.length)) + 4;
  return told.flatMap(([name, value]) => {
    const [first, ...rest] = wrap(value, width, ' '.repeat(room));
    return [`  ${inks.dim(name.padEnd(room - 2))}${first!.trimStart()}`, ...rest];
  });
}
