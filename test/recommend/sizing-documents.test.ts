/** docs/reference/sizing.md shows a file that is valid. `npm run reference` writes its rules from the schema. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseSizing } from '../../src/recommend/parse-sizing.ts';

const PAGE = 'docs/reference/sizing.md';

it('shows a file that is valid', () => {
  const [, example] = /```yaml\n([\s\S]*?)```/.exec(readFileSync(PAGE, 'utf8'))!;
  const { sizing, findings } = parseSizing(example!, 'sizing.yaml');
  expect(findings).toEqual([]);
  expect(sizing!.classes.map(({ name }) => name)).toEqual(['critical']);
});
