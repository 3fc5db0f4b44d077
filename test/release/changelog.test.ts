/** The scripts of a release: what they read of CHANGELOG.md, and what they refuse. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Version {
  readonly version: string;
  readonly date: string | null;
  readonly text: string;
}
interface Changelog {
  readChangelog(text: string): Version[];
  withRelease(text: string, version: string, day: string): string;
  notesOf(version: { readonly text: string }, files: string | null): string;
  isLater(one: string, other: string): boolean;
}
const { readChangelog, withRelease, notesOf, isLater } = (await import(
  '../../scripts/changelog.mjs' as string
)) as Changelog;
const { faultsOf } = (await import('../../scripts/check-release.mjs' as string)) as {
  faultsOf(release: Readonly<Record<string, unknown>>): string[];
};

const SAMPLE = `# Changelog

## 0.2.0 (unreleased)

- New.

## 0.1.0 (2026-12-31)

The first.

### Plans

- One thing, which is
  long. See [files](docs/files.md).
- Another.
`;
const OWN = readFileSync('CHANGELOG.md', 'utf8');

describe('the changelog', () => {
  it('has a heading for each version, and its date', () => {
    expect(readChangelog(SAMPLE)).toMatchObject([
      { version: '0.2.0', date: null, text: '- New.' },
      { version: '0.1.0', date: '2026-12-31', text: expect.stringMatching(/^The first\.[\s\S]*Another\.$/) },
    ]);
    expect(readChangelog('# Changelog\n')).toEqual([]);
  });

  it.each(['## Next', '## 0.2.0', '## 0.2.0 (soon)', '## [0.2.0] (unreleased)'])(
    'refuses the heading %s',
    (heading) => {
      expect(() => readChangelog(`# Changelog\n\n${heading}\n`)).toThrow(heading);
    },
  );

  it('of this project has the version of the package first', () => {
    expect(readChangelog(OWN)[0]!.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
  });

  it('has files of formats for each released version', () => {
    for (const { version, date } of readChangelog(OWN))
      if (date !== null)
        expect(existsSync(`test/formats/released/${version}`), `${version}: npm run format-samples`).toBe(
          true,
        );
  });

  it('gets the date of a release, once', () => {
    const released = withRelease(SAMPLE, '0.2.0', '2027-01-04');
    expect(readChangelog(released)[0]).toMatchObject({ version: '0.2.0', date: '2027-01-04' });
    expect(() => withRelease(released, '0.2.0', '2027-01-05')).toThrow(
      'has no heading: ## 0.2.0 (unreleased)',
    );
  });
});

describe('the notes of a release', () => {
  const [, first] = readChangelog(SAMPLE);

  it('have one line for each item, because their page breaks lines', () => {
    expect(notesOf(first!, null)).toContain(
      '- One thing, which is long. See [files](docs/files.md).\n- Another.',
    );
    expect(notesOf({ text: 'A sentence\nthat goes on.\n\n### Plans\n\n- a' }, null)).toBe(
      'A sentence that goes on.\n\n### Plans\n\n- a',
    );
  });

  it('have links that work outside of the repository', () => {
    const notes = notesOf(first!, 'https://example.com/v0.1.0/');
    expect(notes).toContain('[files](https://example.com/v0.1.0/docs/files.md)');
    expect(notesOf({ text: '[a](https://example.com) [b](#b)' }, 'x/')).toBe(
      '[a](https://example.com) [b](#b)',
    );
  });

  it('of this project keep every word', () => {
    const wordsOf = (text: string) => text.split(/\s+/);
    for (const one of readChangelog(OWN)) expect(wordsOf(notesOf(one, null))).toEqual(wordsOf(one.text));
  });
});

describe('versions', () => {
  it.each([
    ['0.2.0', '0.1.9', true],
    ['0.10.0', '0.9.0', true],
    ['1.0.0', '1.0.0-rc.1', true],
    ['1.0.0-rc.1', '1.0.0', false],
    ['1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.1', false],
  ])('%s is later than %s: %s', (one, other, later) => {
    expect(isLater(one, other)).toBe(later);
  });
});

describe('a tag', () => {
  const good = {
    tag: 'v0.1.0',
    version: '0.1.0',
    locked: '0.1.0',
    changelog: SAMPLE.replace(/## 0\.2[\s\S]*?(?=## )/, ''),
    hasSamples: true,
  };
  it('is released if everything names the same version', () => {
    expect(faultsOf(good)).toEqual([]);
  });
  it.each([
    ['of another version', { tag: 'v0.1.1' }, /the tag v0\.1\.1 is not v0\.1\.0/],
    ['without v', { tag: '0.1.0' }, /is not v0\.1\.0/],
    ['with an older lock file', { locked: '0.0.9' }, /package-lock\.json has the version 0\.0\.9/],
    [
      'of an unreleased version',
      { changelog: SAMPLE },
      /first heading of CHANGELOG\.md is 0\.2\.0[\s\S]*has no date/,
    ],
    ['without files of formats', { hasSamples: false }, /test\/formats\/released\/0\.1\.0 is missing/],
  ])('%s is refused', (_, change, says) => {
    expect(faultsOf({ ...good, ...change }).join('\n')).toMatch(says);
  });
});
