/** The generated parts of the reference are what the schemas, the table of commands and the sources say today. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../site/pages.ts';
import { libraryReference } from '../../site/reference/library.ts';
import { referencePages } from '../../site/reference/pages.ts';
import { keysOf } from '../../site/reference/schema-keys.ts';
import { COMMANDS } from '../../src/cli/program/commands.ts';

const pages = await referencePages(ROOT);

it.each([...pages])('%s is what `npm run reference` writes', (page, text) => {
  expect(readFileSync(join(ROOT, page), 'utf8'), 'What to do: npm run reference').toBe(text);
});

describe('docs/reference/options.md', () => {
  const text = pages.get('docs/reference/options.md')!;

  it.each(COMMANDS.map(({ name }) => name))('has refit %s once', (name) => {
    expect(text.split(`\n### refit ${name}\n`)).toHaveLength(2);
  });
});

describe('docs/reference/library.md', () => {
  it('has every export that exists at run time, and no type as a function', async () => {
    const { ...library } = await import('../../src/index.ts');
    const sections = [...libraryReference(ROOT).matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(Object.keys(library).sort());
  });
});

describe('keys of a schema', () => {
  const member = (more: object) => ({ description: 'It is.', ...more });

  it.each([
    ['a required key', member({ type: 'string' }), '| `k` | string | required | It is. |'],
    ['words', member({ enum: ['a', 'b'], default: 'a' }), '| `k` | `a` `b` | `a` | It is. |'],
    [
      'a title before the type',
      member({ title: 'a size', type: 'string' }),
      '| `k` | a size | required | It is. |',
    ],
    [
      'an example, as YAML',
      member({ type: 'object', examples: [{ a: [1] }] }),
      '| `k` | object | required | It is. Example: `{ a: [ 1 ] }` |',
    ],
    ['a bar, which would end a cell', member({ title: 'a | b' }), '| `k` | a \\| b | required | It is. |'],
    ['a definition', { $ref: '#/$defs/one' }, '| `k` | a one: [keys](#one) | required | One. |'],
    [
      'a list of definitions',
      member({ title: 'a list', items: { $ref: '#/$defs/one' } }),
      '| `k` | a list: [keys](#one) | required | It is. |',
    ],
  ])('%s', (_, node, row) => {
    const root = {
      required: ['k'],
      properties: { k: node },
      $defs: { one: { title: 'a one', description: 'One.', properties: { x: { const: 1 } } } },
    };
    const text = keysOf(root);
    expect(text.split('\n')[4]).toBe(row);
    expect(text.includes('## one\n\nOne.\n'), 'a section for the definition').toBe(row.includes('#one'));
  });
});
