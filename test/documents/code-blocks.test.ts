/**
 * Every code block of the documents is checked. Other tests type the commands, and follow the tutorial and the guides. Here,
 * every block is read as what it is: plans and other files by Refit's own parsers, scripts by the shell, code by a parser.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePeople } from '../../src/operations/people/read-people.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { parseSizing } from '../../src/recommend/parse-sizing.ts';
import { approversFile } from '../approval/people.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPTS = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts;
const PLAN_KEYS = Object.keys(
  JSON.parse(readFileSync(join(ROOT, 'schemas/plan.schema.json'), 'utf8')).properties,
);

interface Block {
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

/** Languages that only another program can read, and text. */
const OTHERS = ['text', 'sql', 'hcl', 'nginx', 'md'];

function blocksOf(page: string): Block[] {
  const source = readFileSync(join(ROOT, page), 'utf8');
  return [...source.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map((match) => {
    const [, indent, language, text] = match as unknown as [string, string, string, string];
    const line = source.slice(0, match.index).split('\n').length;
    return { place: `${page}:${line}`, language, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') };
  });
}

const BLOCKS = globSync(['README*.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: ROOT })
  .sort()
  .flatMap(blocksOf);
const of = (...languages: string[]): [place: string, text: string][] =>
  BLOCKS.filter(({ language }) => languages.includes(language)).map(({ place, text }) => [place, text]);

it('every block has a language that is checked here', () => {
  const checked = ['yaml', 'json', 'js', 'ts', 'sh', 'shell', ...OTHERS];
  expect(BLOCKS.filter(({ language }) => !checked.includes(language)).map(({ place }) => place)).toEqual([]);
});

/** A plan around a part of one, such as `windows:` alone. */
function wholePlan(text: string, keys: readonly string[]): string {
  const missing = ['version: 1', 'name: n', 'defaults: { region: ap-guangzhou }'].filter(
    (line) => !keys.includes(line.replace(/:.*/, '')),
  );
  const targets = keys.includes('targets')
    ? ''
    : 'targets:\n  - { instance: crs-5qlrlhux, memoryPerShard: 4GB }\n';
  return `${missing.join('\n')}\n${targets}${text}`;
}

/** Plans with a mistake that their page explains: the page is followed by a test. */
const WITH_MISTAKE = /^docs\/(zh\/)?tutorial\.md/;

/** What is wrong with a YAML block: findings of the parser for what it is. */
async function yamlFaults(place: string, text: string): Promise<readonly string[] | null> {
  const value = parse(text, { logLevel: 'error' });
  if (Array.isArray(value)) return listFaults(value);
  const keys = Object.keys(value);
  const has = (...names: string[]) => names.every((name) => keys.includes(name));
  const messages = (findings: readonly { readonly message: string }[]) =>
    findings.map(({ message }) => message);
  if (has('gate')) {
    const wave = text.replace(/^/gm, '    ').replace(/^ {4}/, '  - name: w\n    take: rest\n    ');
    return messages(
      parsePlan(wholePlan(`waves:\n  - { name: first, take: 1 }\n${wave}`, ['waves']), place).findings,
    );
  }
  if (
    keys.every((key) => PLAN_KEYS.includes(key)) &&
    !has('require') &&
    !(keys.length === 1 && has('version'))
  ) {
    const { findings } = parsePlan(wholePlan(text, keys), place);
    return WITH_MISTAKE.test(place) ? [] : messages(findings.filter(({ severity }) => severity === 'error'));
  }
  if (has('issuer')) return messages(parsePeople(text, place).findings);
  if (has('require') || has('limit') || has('allow')) {
    const beside = async () => ({ file: 'approvers.yaml', text: approversFile(['wei', 'jun']) });
    return messages((await parsePolicy(text, place, beside)).findings);
  }
  if (has('mustHold'))
    return messages(parseSizing(has('version') ? text : `version: 1\n${text}`, place).findings);
  const isForeign = has('apiVersion', 'kind') || has('steps') || Object.values(value).some(isJob);
  return isForeign ? [] : null;
}

/** A job of GitLab. */
function isJob(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'extends' in value;
}

/** A list of approvers, whose keys are shortened with `…`, or steps of a GitHub workflow. */
function listFaults(list: readonly object[]): readonly string[] | null {
  const keys = new Set(list.flatMap((entry) => Object.keys(entry)));
  if (keys.has('uses')) return [];
  if (!keys.has('name') || !keys.has('key')) return null;
  return [...keys].filter((key) => key !== 'name' && key !== 'key');
}

describe('a YAML block is a file that Refit accepts, or a part of one', () => {
  it.each(of('yaml'))('%s', async (place, text) => {
    expect(await yamlFaults(place, text), 'What to do: say in yamlFaults what this block is.').toEqual([]);
  });
});

describe('a JSON block is JSON', () => {
  it.each(of('json'))('%s', (_, text) => expect(() => JSON.parse(text)).not.toThrow());
});

describe('a block of code has no mistake in its syntax', () => {
  it('in JavaScript and TypeScript', () => {
    for (const [place, text] of of('js', 'ts')) expect(parseSync('block.ts', text).errors, place).toEqual([]);
  });

  it('in shell', () => {
    // One shell reads all blocks, each as a function, so that a mistake names its place.
    const blocks = of('sh', 'shell').map(([place, text]) => `: '${place}'\n{\n${text}\n:\n}`);
    const { stderr, status } = spawnSync('bash', ['-n'], { input: blocks.join('\n'), encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});

describe('commands of npm', () => {
  const lines = of('sh', 'shell', 'text').flatMap(([place, text]) =>
    [...text.matchAll(/\bnpm run (?:-s )?([\w-]+)|\bnpm test -- (?:-\S+ )*(test\/[\w./-]+)/g)].map(
      ([line, script, path]) => [place, line, script, path] as const,
    ),
  );

  it.each(lines)('%s: %s', (_place, _line, script, path) => {
    if (script !== undefined) expect(SCRIPTS).toHaveProperty([script]);
    if (path !== undefined)
      expect(existsSync(join(ROOT, path)) || existsSync(join(ROOT, `${path}.ts`))).toBe(true);
  });
});
