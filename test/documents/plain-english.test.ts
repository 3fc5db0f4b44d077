/** The words of the documents: no retired phrase, and no sentence that a reader must read twice for its length. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** A sentence may have so many words. */
const LONGEST = 30;

/** What is not written any more, and what is written instead. */
const RETIRED: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bmend(s|ed|ing)?\b/, 'fix'],
  [/\b(is|are|was|were|be|been) told\b|\btold of\b/, 'is notified, reads, learns'],
  [/\bone by one told\b/, 'each is logged'],
  [/\b(take|takes|taken|took) (a run |it )?up\b/, 'resume, open'],
  [/\bwhat came of\b/, 'the outcome'],
  [/\bbefall(s|en)?\b|\bbefell\b/, 'happens to'],
  [/\bwhoever\b|\bof whom\b|\bof which nobody\b/, 'name the person'],
  [/\bthereof\b/, 'of it'],
  [/\banew\b/, 'again'],
  [/\bbegan to be\b|\bbegun\b/, 'started'],
  [/\breckon(ed|s)?\b/, 'estimated'],
  [/\bnor\b/, 'and no'],
  [/\bbut for\b|\bsave that\b/, 'except'],
  [/\bfor which reason\b/, 'therefore'],
  [/\bleave [^.]* away\b/, 'omit'],
  [/\bin hand\b/, 'in progress'],
  [/\bat once\b/, 'immediately, at the same time'],
  [/\bunder way\b/, 'in progress, in flight'],
  [/\bsteer(s|ed|ing|er)?\b/, 'control'],
  [/\bdeeds?\b/, 'event'],
  [/\bdearest\b/, 'highest cost'],
  [/\btaken for granted\b/, 'assumed'],
  [/\bnine times (of|out of) ten\b/, 'p90'],
];

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })
  // Recorded from a terminal, and a history.
  .filter((file) => file !== 'docs/session.md' && file !== 'CHANGELOG.md')
  .sort();

/** The prose of a document: without code, addresses and the titles of tests. Headings, items and cells end a sentence. */
function prose(text: string): string {
  return text
    .replace(/^```.*?^```$/gms, '\n\n')
    .replace(/`[^`]*`: "[^"]*"/g, 'test')
    .replace(/`[^`\n]*`/g, 'code')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/^\s*(#+|[-*]|\d+\.) /gm, '\n\n')
    .replaceAll('**', '')
    .replaceAll('|', '\n\n');
}

function sentences(text: string): string[] {
  return prose(text)
    .split(/(?<=[.!?:;])\s+|\n\s*\n/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}

describe.each(DOCUMENTS)('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');

  it(`has no sentence of more than ${LONGEST} words`, () => {
    expect(sentences(text).filter((one) => one.split(' ').length > LONGEST)).toEqual([]);
  });

  it('has no retired phrase', () => {
    const found = RETIRED.flatMap(([phrase, instead]) => {
      const hit = phrase.exec(prose(text).replace(/\s+/g, ' '));
      return hit === null ? [] : [`${hit[0]}: write ${instead}`];
    });
    expect(found).toEqual([]);
  });
});
