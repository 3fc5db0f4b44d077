/** The words that people read: no retired phrase, and no sentence that is too long for one reading. */
import { describe, expect, it } from 'vitest';
import { codeProse, documents, type Passage, sentencesOf } from './prose.ts';

/** A sentence may have so many words. */
const LONGEST = 30;

/** What is not written any more, and what is written instead. cspell.json has the single words. */
// cspell:disable
const RETIRED: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\b(is|are|was|were|be|been) told\b|\btold of\b/, 'is notified, reads, learns'],
  [/\b(take|takes|taken|took|taking) (a run |it |them )?up\b/, 'resume, open'],
  [/\bwhat (came|comes|became|becomes) of\b/, 'the outcome'],
  [/\bof whom\b|\bof which nobody\b/, 'name the person'],
  [/\bbegan to be\b/, 'started'],
  [/\bbut for\b|\bsave that\b/, 'except'],
  [/\bfor which reason\b/, 'therefore'],
  [/\b(leave|left) [^.]{0,40} away\b/, 'omit'],
  [/\bin hand\b/, 'in progress'],
  [/\bat once\b/, 'immediately, at the same time'],
  [/\bunder way\b/, 'in progress, in flight'],
  [/\btak(e|en|es) for granted\b/, 'assumed'],
  [/\bnine times (of|out of) ten\b/, 'p90'],
  [/\bfor want of\b/, 'without'],
  [/\b(goes|go|went|gone|going) on with\b/, 'continues, resumes'],
  [/\bheld against\b/, 'compared with'],
  [/\bone is\?/, 'your identity'],
];
// cspell:enable

/** Scripts for shells, styles for browsers, and a page of commands are not prose. */
const NO_PROSE = /completion\/scripts\.ts$|page-assets\.ts$|run\/evidence\.ts$/;

/** Statements of SQL, which start with a verb in capitals, are not prose either. */
const SQL = /^\s*(--[^\n]*\s+)*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|WITH|GRANT|DO) /;

const CODE = codeProse(['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/*.mjs', 'site/**/*.ts']);
const DOCUMENTS = documents();

function tooLong(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ file, line, text }) =>
    sentencesOf(text)
      .filter((sentence) => sentence.split(' ').length > LONGEST)
      .map((sentence) => `${file}:${line}: ${sentence}`),
  );
}

function retired(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ file, line, text }) => {
    const plain = text.replace(/\s+/g, ' ');
    return RETIRED.flatMap(([phrase, instead]) => {
      const found = phrase.exec(plain);
      return found === null ? [] : [`${file}:${line}: "${found[0]}": write ${instead}`];
    });
  });
}

describe.each<[string, readonly Passage[]]>([
  ['documents', DOCUMENTS],
  ['comments', CODE.flatMap(({ comments }) => comments)],
  ['texts in src, as of messages and help', textsOf('src')],
])('%s', (_, passages) => {
  it(`have no sentence of more than ${LONGEST} words`, () => {
    expect(tooLong(passages)).toEqual([]);
  });

  it('have no retired phrase', () => {
    expect(retired(passages)).toEqual([]);
  });
});

describe('titles of tests', () => {
  it('have no retired phrase', () => {
    expect(retired(textsOf('test').filter(({ file }) => !file.endsWith('plain-english.test.ts')))).toEqual(
      [],
    );
  });
});

function textsOf(folder: string): readonly Passage[] {
  return CODE.filter(({ file }) => file.startsWith(`${folder}/`) && !NO_PROSE.test(file)).flatMap(
    ({ texts }) => texts.filter(({ text }) => !SQL.test(text)),
  );
}
