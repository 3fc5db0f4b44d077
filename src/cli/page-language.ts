/** The language of HTML pages, from the options. */
import { RefitError } from '../errors.ts';
import { LANGUAGES } from '../messages/language-names.ts';
import { loadWords } from '../messages/languages.ts';
import { english, type Words } from '../messages/words.ts';
import type { Options } from './options.ts';
import { unknownWord } from './unknown-word.ts';

/** What a page says in the language of `--language`; English without it. @throws RefitError `usage` */
export async function wordsFrom({
  language,
  format,
  write,
}: Pick<Options, 'language' | 'format' | 'write'>): Promise<Words> {
  if (language === undefined) return english;
  const known = LANGUAGES.find((one) => one === language);
  if (known === undefined) {
    const what = `--language ${language}: unknown language`;
    throw unknownWord(what, language, LANGUAGES, (near) => `--language ${near}`);
  }
  if (format !== 'html' && !write.some((one) => one.format === 'html'))
    throw new RefitError('usage', '--language applies only to HTML', 'add --format html');
  return loadWords(known);
}
