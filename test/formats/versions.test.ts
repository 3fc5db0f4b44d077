/** What `refit --version --json` says of formats and of the build. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildFacts, FORMATS, type FormatVersions } from '../../src/operations/version/formats.ts';
import { readVersionFacts } from '../../src/operations/version/version-facts.ts';
import { MARK } from '../../src/store/folder/usage/usage-frame.ts';
import { MIGRATIONS } from '../../src/store/postgres/migrations/migrations.ts';

const { readBuildFacts, writeBuildFacts } = (await import('../../scripts/build-facts.mjs' as string)) as {
  readBuildFacts: (root: string) => BuildFacts;
  writeBuildFacts: (root: string, folder: string) => void;
};

/** Each `refit.NAME/VERSION` in the code, except pieces of other names. */
const inCode = new Map(
  globSync('src/**/*.ts', { exclude: (name) => name.endsWith('generated') })
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'refit\.([a-z-]+)\/(\d+)'/g)])
    .map(([, name, version]) => [name!, Number(version)] as const),
);
const formats: Readonly<Record<string, FormatVersions>> = FORMATS;

describe('the table of formats', () => {
  it('has the version of every format that the code writes', () => {
    expect(inCode.size).toBeGreaterThan(15);
    for (const [name, version] of inCode) expect([name, formats[name]?.writes]).toEqual([name, version]);
  });

  it('has no format that the code does not know', () => {
    const others = ['plan', 'policy', 'sizing', 'people', 'usage-file', 'store'];
    expect(
      Object.keys(FORMATS)
        .filter((name) => !inCode.has(name))
        .sort(),
    ).toEqual(others.sort());
  });

  it.each(['plan', 'policy', 'sizing', 'people'] as const)('has the version of the schema: %s', (name) => {
    const schema = JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
    expect(FORMATS[name].reads).toEqual([schema.properties.version.const]);
  });

  it('has the last migration of a store, and the mark of a history of use', () => {
    expect(FORMATS.store.writes).toBe(MIGRATIONS.length);
    expect(`REFIT-U${FORMATS['usage-file'].writes}`).toBe(MARK.toString());
  });

  it('reads each format that it writes, if it reads the format at all', () => {
    for (const [name, { writes, reads }] of Object.entries(formats))
      if (writes > 0 && reads.length > 0) expect([name, ...reads]).toContain(writes);
  });
});

describe('refit --version --json', () => {
  it('keeps to its schema', async () => {
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
      JSON.parse(readFileSync('schemas/version.schema.json', 'utf8')),
    );
    const facts = await readVersionFacts();
    expect(validate(facts), JSON.stringify(validate.errors)).toBe(true);
    // Unbuilt source is no build, even beside one.
    expect(facts.build).toEqual({ commit: null, committedAt: null, modified: null });
  });
});

describe('the facts of a build', () => {
  const root = mkdtempSync(join(tmpdir(), 'refit-build-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=wei', '-c', 'user.email=wei@example.com', ...args], {
      cwd: root,
      env: { ...process.env, GIT_COMMITTER_DATE: '2026-11-24T17:30:00+08:00' },
      encoding: 'utf8',
    }).trim();
  beforeAll(() => {
    mkdirSync(join(root, 'src'));
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, '.gitignore'), 'dist\n');
    writeFileSync(join(root, 'src/a.ts'), '');
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'one');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('are the commit and its date, not the time of the build', () => {
    const facts = { commit: git('rev-parse', 'HEAD'), committedAt: '2026-11-24T09:30:00Z', modified: false };
    writeBuildFacts(root, 'dist');
    const first = readFileSync(join(root, 'dist/build.json'), 'utf8');
    expect(JSON.parse(first)).toEqual(facts);
    // A document is no part of a build.
    writeFileSync(join(root, 'README.md'), 'text');
    writeBuildFacts(root, 'dist');
    expect(readFileSync(join(root, 'dist/build.json'), 'utf8')).toBe(first);
  });

  it('say that sources differ from the commit', () => {
    writeFileSync(join(root, 'src/b.ts'), '');
    expect(readBuildFacts(root).modified).toBe(true);
  });

  it('are null without a repository, and in a folder of another repository', () => {
    const nothing = { commit: null, committedAt: null, modified: null };
    expect(readBuildFacts(join(root, 'src'))).toEqual(nothing);
    rmSync(join(root, '.git'), { recursive: true });
    expect(readBuildFacts(root)).toEqual(nothing);
  });
});
