/** The findings of a plan in another language. */
import { fixOfCode } from '../messages/codes.ts';
import { type Language, render } from '../messages/messages.ts';
import { english, type Words } from '../messages/words.ts';
import type { Finding } from '../model.ts';

/**
 * A finding in the words of a language. A finding whose English words are not those of its message stays as it is: readers of
 * both languages must see the same.
 */
export function inWords(finding: Finding, words: Words): Finding {
  if (words === english) return finding;
  const { code, messageId, params, fix } = finding;
  const said = (language: Language) => render({ id: messageId, params }, language);
  const before = said(english.sentences);
  if (before.message !== finding.message || !Object.hasOwn(words.sentences, messageId)) return finding;
  const now = said(words.sentences);
  const isOwn = fix === before.fix;
  const isOfCode = fix === fixOfCode(code);
  return {
    ...finding,
    message: now.message,
    fix: isOwn ? now.fix : isOfCode ? fixOfCode(code, words.codes) : fix,
    example: finding.example === before.example ? now.example : finding.example,
  };
}
