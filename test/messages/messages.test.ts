/** Sentences as data: each is written once in each language, and a hostile one harms nothing. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/messages/en/en.ts';
import { type Language, type MessageId, message, render, textOf } from '../../src/messages/messages.ts';
import { zh } from '../../src/messages/zh/zh.ts';
import type { Message } from '../../src/model.ts';

const SRC = join(import.meta.dirname, '../../src');
const CODE = globSync('**/*.ts', { cwd: SRC })
  .filter((file) => !/^messages\/(en|zh)\/|^generated\//.test(file))
  .map((file) => readFileSync(join(SRC, file), 'utf8'))
  .join('\n');

/** Every language there is. The compiler checks each against `Language`; this checks what the compiler cannot. */
const LANGUAGES: Readonly<Record<string, Language>> = { en, zh };

describe.each(Object.entries(LANGUAGES))('the language %s', (_, language) => {
  it('has every sentence and no other', () => {
    expect(Object.keys(language).sort()).toEqual(Object.keys(en).sort());
  });
});

describe('the catalogue', () => {
  it('has no sentence that nothing uses', () => {
    expect(Object.keys(en).filter((id) => !CODE.includes(`'${id}'`))).toEqual([]);
  });

  it('writes a message in another language from the same data', () => {
    const pseudo = Object.fromEntries(
      Object.keys(en).map((id) => [id, (params: object) => `«${id} ${Object.keys(params).join(' ')}»`]),
    ) as unknown as Language;
    const stored: Message = JSON.parse(
      JSON.stringify(message('rule.order-unpaid', { id: 'crs-1', order: '7' })),
    );
    expect(textOf(stored)).toBe('crs-1: order 7 for it is not paid');
    expect(textOf(stored, pseudo)).toBe('«rule.order-unpaid id order»');
  });
});

describe('a message that no version wrote', () => {
  const known: MessageId = 'rule.zones-not-named';
  it.each<[string, unknown, string]>([
    ['an id of a newer version', { id: 'rule.of-tomorrow', params: { a: 1 } }, 'rule.of-tomorrow {"a":1}'],
    ['an id of every object', { id: 'toString', params: {} }, 'toString {}'],
    ['no parameters', { id: known, params: null }, `${known} null`],
    ['no text for a sentence that is a parameter', { id: 'plan-text.yaml', params: {} }, 'plan-text.yaml {}'],
    ['parameters of another kind', { id: known, params: { zones: 5 } }, `${known} {"zones":5}`],
  ])('%s is shown as data', (_, hostile, shown) => {
    expect(render(hostile as Message)).toEqual({ message: shown, fix: null, example: null });
  });
});
