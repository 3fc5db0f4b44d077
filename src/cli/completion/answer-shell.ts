/** `refit complete -- WORDS`: what a completion script asks each time somebody presses Tab. No help lists it. */
import { systemClock } from '../../clock.ts';
import { type Offer, offer, type ProgramTable } from './offer.ts';
import { runsFor } from './runs-for.ts';

/**
 * Prints a line for each word, with its description after a tab. The last line is for the script: a colon and what the
 * shell does besides, the endings of files, and what stands before the file, as in `:files yaml,yml html=`.
 * @param words what is typed after `refit`, with the word at the cursor.
 */
export async function answerShell(words: readonly string[], table: ProgramTable): Promise<void> {
  const { env } = process;
  const asked = await offer(words, table, {
    known: knownWords,
    runs: (typed, store) => runsFor(typed, { store, env, clock: systemClock }),
  });
  await new Promise((resolve) => process.stdout.write(formatOffer(asked), resolve));
}

/** The answer as text. */
export function formatOffer({ words, shell, endings, before }: Offer): string {
  const lines = words.map(({ word, description }) => `${word}\t${description}\n`);
  return `${lines.join('')}:${shell} ${endings.join(',') || '*'} ${before}\n`;
}

async function knownWords(kind: 'codes' | 'faults' | 'signatures'): Promise<readonly string[]> {
  if (kind === 'codes') {
    const { allRules } = await import('../../rules/check.ts');
    return [...new Set(allRules().map(({ code }) => code))].sort();
  }
  const { ALL_FAULTS, SIGNATURES } = await import('../../operations/known-names.ts');
  return kind === 'faults' ? ALL_FAULTS.map(({ name }) => name) : SIGNATURES;
}
