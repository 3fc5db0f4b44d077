/** The plan schema in an editor: the YAML server that editors run completes, explains and marks by it, offline. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Editor, openEditor } from './language-server.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCHEMA = '# yaml-language-server: $schema=../schemas/plan.schema.json\n';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly [keyword: string]: unknown;
}
const schema = JSON.parse(readFileSync(`${ROOT}schemas/plan.schema.json`, 'utf8')) as Node;

describe('an editor', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await openEditor(`${ROOT}plans`);
  });
  afterAll(() => editor?.close());

  it('offers every missing key of a plan with its description', async () => {
    const offered = await editor.completion(`${SCHEMA}version: 1\nname: x\n|`);
    const labels = offered.map(({ label }) => label);
    for (const key of Object.keys(schema.properties!).filter((one) => one !== 'version' && one !== 'name'))
      expect(labels).toContain(key);
    expect(labels).not.toContain('version');
    const targets = offered.find(({ label }) => label === 'targets');
    expect(JSON.stringify(targets?.documentation)).toContain('The instances and their requested sizes.');
  });

  it.each([
    ['execution:\n  |', ['inFlight', 'requestsPerSecond', 'switch', 'patience', 'haltWhen', 'slowStart']],
    ['execution:\n  haltWhen:\n    |', ['failed', 'unknown']],
    ['execution:\n  switch: |', ['now', 'maintenance-window']],
    ['onBlocked: |', ['refuse', 'skip']],
    ['targets:\n  - instance: crs-5qlrlhux\n    |', ['memoryPerShard', 'replicas', 'shards', 'region']],
    ['targets:\n  - select:\n      |', ['tags', 'name', 'regions', 'editions']],
    ['targets:\n  - select:\n      editions: [|]', ['redis-6.2-cluster', 'valkey-8.0-standard']],
    ['targets:\n  - select:\n      used: "> 80%"\n      |', ['over', 'statistic', 'cpu', 'evictions']],
    ['targets:\n  - select:\n      statistic: |', ['max', 'p99']],
    ['targets:\n  - instance: crs-5qlrlhux\n    memoryPerShard:\n      |', ['fit', 'grow', 'atMost']],
    ['targets:\n  - instance: crs-5qlrlhux\n    shards:\n      |', ['fit', 'of', 'statistic']],
    ['targets:\n  - instance: crs-5qlrlhux\n    shards:\n      of: |', ['cpu', 'bandwidth']],
    ['waves:\n  - |', ['name', 'take']],
  ])('offers at %j the values that fit', async (text, keys) => {
    const labels = (await editor.completion(`${SCHEMA}version: 1\nname: x\n${text}`)).map(
      ({ label }) => label,
    );
    expect(labels).toEqual(expect.arrayContaining(keys));
  });

  it.each([
    ['me|', ['memory']],
    ['memory:\n  |', ['growAt', 'fit', 'statistic']],
    ['memory:\n  statistic: |', ['max', 'p99']],
    ['classes:\n  critical:\n    |', ['select', 'memory', 'shrink']],
    ['classes:\n  critical:\n    select:\n      |', ['tags', 'name', 'regions']],
    ['exclude:\n  - |', ['tags', 'name']],
  ])('offers in a sizing file at %j the keys and values that fit', async (text, keys) => {
    const sizing = '# yaml-language-server: $schema=../schemas/sizing.schema.json\nversion: 1\n';
    const labels = (await editor.completion(sizing + text)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(keys));
  });

  it.each([
    ['execution:\n  halt|When: { failed: "> 2" }', 'When a run ends early.'],
    ['execution:\n  haltWhen: { fai|led: "> 2" }', 'Counts the outcomes failed and refused.'],
    [
      'execution:\n  in|Flight: 20',
      'How many resizes may be in progress at the same time. This is not the request rate.',
    ],
    ['targets:\n  - { instance: crs-5qlrlhux, memoryPer|Shard: 4GB }', 'Memory of ONE shard'],
    ['gua|rds: { shrink: deny }', 'Limits for the plan.'],
  ])('shows the description of %j', async (text, says) => {
    expect((await editor.hover(`${SCHEMA}version: 1\nname: x\n${text}`)).toLowerCase()).toContain(
      says.toLowerCase(),
    );
  });

  const VALID = 'version: 1\nname: x\ntargets: [{ instance: crs-5qlrlhux, memoryPerShard: 4GB }]\n';
  it.each([
    ['an unknown key', `${VALID}execution:\n  inFlite: 20\n`, 'inFlite', /not allowed/],
    ['a value of the wrong kind', `${VALID}execution:\n  inFlight: many\n`, 'many', /integer/],
    ['a value that is none of those', `${VALID}onBlocked: ignore\n`, 'ignore', /refuse.*skip/],
    ['a size with a wrong unit', VALID.replace('4GB', '4G'), '4G', /./],
    ['a missing key', 'version: 1\nname: x\n', 'version', /targets/],
  ])('marks %s at its location', async (_, text, marked, says) => {
    const found = await editor.diagnostics(SCHEMA + text);
    expect(found.length).toBeGreaterThan(0);
    const lines = (SCHEMA + text).split('\n');
    const [first] = found;
    const { line, character } = first!.range.start;
    expect(lines[line]!.slice(character)).toMatch(new RegExp(`^["']?${marked}`));
    expect(found.map(({ message }) => message).join('\n')).toMatch(says);
  });

  it.each(['small', 'selectors', 'demo'])('finds no mistake in plans/%s.yaml', async (name) => {
    const text = readFileSync(`${ROOT}plans/${name}.yaml`, 'utf8');
    expect(text).toContain(SCHEMA.trim());
    expect(await editor.diagnostics(text)).toEqual([]);
  });
});

/** Every key that an author can write, by its path, with what the schema says of it. */
function keysOf(node: Node, path: string): [path: string, description: string | undefined][] {
  const own = Object.entries(node.properties ?? {}).map(
    ([key, one]) => [`${path}/${key}`, one.description] as [string, string | undefined],
  );
  const below = Object.entries(node).flatMap(([keyword, member]) =>
    keyword === 'examples' ||
    keyword === 'default' ||
    keyword === 'enum' ||
    typeof member !== 'object' ||
    member === null
      ? []
      : Object.entries(member)
          .flatMap(([name, one]) =>
            typeof one === 'object' && one !== null ? keysOf(one as Node, `${path}/${keyword}/${name}`) : [],
          )
          .concat(
            keyword === 'items' || keyword === 'additionalProperties'
              ? keysOf(member as Node, `${path}/${keyword}`)
              : [],
          ),
  );
  return [...own, ...below];
}

describe('every key of the schema has a description', () => {
  it.each(keysOf(schema, '#'))('%s', (_, description) => {
    expect(description ?? '').toMatch(/\S.*\.$/s);
  });
});
