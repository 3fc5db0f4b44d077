#!/usr/bin/env node
// Makes src/approval/confusables.ts from the Unicode consortium's list of characters that look alike (UTS #39).
//   curl -O https://www.unicode.org/Public/17.0.0/security/confusables.txt
//   node scripts/make-confusables.mjs confusables.txt 17.0.0
// Only what a name can hold after NFKC is kept: letters, digits and marks of the scripts that UAX #31 recommends.
import { readFileSync, writeFileSync } from 'node:fs';
import { RECOMMENDED_SCRIPTS } from '../src/approval/names.ts';

const [list, version] = process.argv.slice(2);
const scripts = ['Zyyy', 'Zinh', ...RECOMMENDED_SCRIPTS].map((script) => `\\p{scx=${script}}`).join('');
const inName = new RegExp(`^(?=[\\p{L}\\p{N}\\p{M}._@+-])[${scripts}]$`, 'u');
const text = (codes) =>
  String.fromCodePoint(
    ...codes
      .trim()
      .split(' ')
      .map((code) => Number.parseInt(code, 16)),
  );

const rows = readFileSync(list, 'utf8')
  .replace(/^\ufeff/, '')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').split(';'))
  .filter(({ length }) => length >= 3)
  .map(([from, to]) => [text(from), text(to)])
  .filter(([from]) => inName.test(from) && from.normalize('NFKC').normalize('NFD') === from)
  .sort(([a], [b]) => a.codePointAt(0) - b.codePointAt(0));
const hex = (characters) =>
  Array.from(characters, (character) => character.codePointAt(0).toString(16).toUpperCase()).join('+');

const lines = [''];
for (const [from, to] of rows) {
  const pair = `${hex(from)}=${hex(to)}`;
  const last = lines.at(-1);
  if (last.length + pair.length > 108) lines.push(pair);
  else lines[lines.length - 1] = last === '' ? pair : `${last} ${pair}`;
}
writeFileSync(
  new URL('../src/approval/confusables.ts', import.meta.url),
  `/**
 * Characters of names that look like others, with the text that stands for all that look alike. Code points in base 16.
 * Source: confusables.txt of UTS #39, Unicode ${version}, by way of scripts/make-confusables.mjs, which makes this file again.
 * Copyright Unicode, Inc.; Unicode License v3, https://www.unicode.org/license.txt.
 */
export const CONFUSABLES: readonly string[] = [
${lines.map((line) => `  '${line}',\n`).join('')}];
`,
);
