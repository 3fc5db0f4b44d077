/** The installed package: the command, the types, and a program that plans and applies with it. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { type Desk, growPlan, openDesk, plainFleet, ROOT } from '../cli/refit.ts';

const run = promisify(execFile);

/** The Node of each major version: the one that runs the tests, and those of PATH and of REFIT_NODES, a list like PATH. */
const NODES: ReadonlyMap<number, string> = new Map(
  [
    ...`${process.env.PATH}${delimiter}${process.env.REFIT_NODES ?? ''}`.split(delimiter),
    dirname(process.execPath),
  ]
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, 'node'))
    .flatMap((node) => {
      try {
        return [
          [
            Number.parseInt(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10),
            node,
          ],
        ];
      } catch {
        return [];
      }
    }),
);

it.runIf(process.env.REFIT_REQUIRE_ALL === '1').each([20, 22])('Node %i is there to try', (major) => {
  expect(NODES.has(major)).toBe(true);
});

describe('the package, packed and installed in an empty folder', () => {
  let desk: Desk;
  let folder: string;
  let packed: readonly string[];
  const npm = (args: readonly string[], cwd: string) => {
    // npm passes npm_* variables to its scripts; this npm must not get them.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|command)/.test(name)),
    );
    return run('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund'], { cwd, env });
  };

  beforeAll(async () => {
    desk = await openDesk({ fleet: plainFleet(5) });
    folder = join(desk.folder, 'elsewhere');
    await mkdir(folder);
    const { stdout } = await npm(
      ['pack', '--json', '--ignore-scripts', '--pack-destination', desk.folder],
      inject('built'),
    );
    const listing = JSON.parse(stdout);
    const [{ filename, files }] = Array.isArray(listing) ? listing : Object.values(listing);
    packed = files.map(({ path }: { path: string }) => path);
    await writeFile(
      join(folder, 'package.json'),
      '{ "name": "elsewhere", "private": true, "type": "module" }\n',
    );
    await writeFile(join(folder, 'plan.yaml'), growPlan());
    await npm(['install', '--prefer-offline', join(desk.folder, filename)], folder);
  });
  afterAll(() => desk?.close());

  it('has the command, the types and the schemas, but no sources, tests or plans', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'dist/cli/main.js',
        'dist/index.js',
        'dist/index.d.ts',
        'schemas/plan.schema.json',
        'package.json',
      ]),
    );
    for (const path of packed)
      expect(path).toMatch(
        /^(dist|schemas|docs|deploy)\/|^plans\/(demo|session|small|selectors)\.yaml$|^(package\.json|LICENSE|(README|README\.zh-CN|ARCHITECTURE|CHANGELOG|CODE_OF_CONDUCT|CONTRIBUTING|SECURITY)\.md)$/,
      );
  });

  it('has the command', async () => {
    const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
    const { stdout } = await run(join(folder, 'node_modules/.bin/refit'), ['--version'], { env });
    expect(stdout).toBe(`${VERSION}\n`);
  });

  describe.each([
    { major: 20, isEnough: false },
    { major: 22, isEnough: true },
    { major: 24, isEnough: true },
  ])('with Node $major', ({ major, isEnough }) => {
    const node = NODES.get(major);
    const problem = /^this is Node 20\.\d+\.\d+, and Refit needs Node \S+ or newer: install it from \S+$/;

    it.skipIf(node === undefined).each([
      { entry: 'an installed command', typed: ['refit'] },
      { entry: 'npx', typed: ['npx', 'refit'] },
    ])(`${isEnough ? 'works' : 'is refused in one sentence'} as $entry`, async ({ typed }) => {
      // The folder itself has this Node: npx prefers it to every other one.
      const commands = join(folder, 'node_modules/.bin');
      await symlink(node!, join(commands, 'node'));
      const quiet = { npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
      const env = { ...quiet, HOME: desk.folder, PATH: `${commands}${delimiter}${process.env.PATH}` };
      const [command = '', ...args] = typed;
      const printed = await run(command, [...args, 'validate', 'plan.yaml'], { cwd: folder, env })
        .catch((error) => error)
        .finally(() => rm(join(commands, 'node')));
      expect(printed.stdout).toBe(isEnough ? 'plan.yaml: valid\n' : '');
      if (isEnough) return;
      expect(printed.code).toBe(1);
      expect(printed.stderr.replace(/^refit: |\n$/g, '')).toMatch(problem);
    });

    it.skipIf(node === undefined)(
      `${isEnough ? 'works' : 'is refused in one sentence'} as a library`,
      async () => {
        const program =
          "import('redis-refit').then(({ VERSION }) => console.log(VERSION), ({ message }) => console.log(message))";
        const { stdout } = await run(node!, ['--eval', program], { cwd: folder });
        expect(stdout.trim()).toMatch(isEnough ? VERSION : problem);
      },
    );
  });

  it('installs its dependencies, and no development dependency', async () => {
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
    const packages = Object.entries<{ dev?: boolean }>(lock.packages);
    const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/'));
    // A dependency may need another version of the same package.
    const needed = new Set(packages.flatMap(([path, { dev }]) => (dev ? [] : [nameOf(path)])));
    const development = packages.flatMap(([path, { dev }]) =>
      dev && !needed.has(nameOf(path)) ? [path] : [],
    );
    const isInstalled = (path: string) => existsSync(join(folder, path));
    expect(Object.keys(dependencies).filter((name) => !isInstalled(`node_modules/${name}`))).toEqual([]);
    expect(development).toContain('node_modules/typescript');
    expect(development.filter(isInstalled)).toEqual([]);
  });

  it('has types that resolve with nodenext under every strict option', async () => {
    await writeFile(
      join(folder, 'typed.ts'),
      `import { applySavedPlan, connect, planFleet, renderReport, RefitError, type Report, type SavedPlan } from 'redis-refit';
const connection = connect({ env: {} });
export async function grow(text: string): Promise<Report | null> {
  const { review } = await planFleet(text, 'plan.yaml', { from: connection.cloud, price: true });
  if (review?.verdict !== 'ready') return null;
  const saved: SavedPlan = review.plan;
  try {
    const { report } = await applySavedPlan(saved, { connection, approve: async () => null });
    const page: string = renderReport(report, 'html');
    return page === '' ? null : report;
  } catch (error) {
    if (error instanceof RefitError && error.code === 'not-approved') return null;
    throw error;
  } finally {
    await connection.close();
  }
}
// @ts-expect-error: unknown format
renderReport({} as Report, 'sarif');
`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--moduleResolution',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024',
      '--types',
      'node',
      '--typeRoots',
      join(ROOT, 'node_modules/@types'),
    ];
    const { stdout } = await run(process.execPath, [tsc, ...flags, 'typed.ts'], { cwd: folder }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  it('plans and applies with the program in docs/reference/library.md', async () => {
    const page = await readFile(join(ROOT, 'docs/reference/library.md'), 'utf8');
    const shown = /^```js\n(.*?)^```$/ms.exec(page)?.[1];
    expect(shown).toBe(await readFile(new URL('example.mjs', import.meta.url), 'utf8'));
    await copyFile(new URL('example.mjs', import.meta.url), join(folder, 'example.mjs'));
    const { stdout } = await run(process.execPath, ['example.mjs', 'plan.yaml', desk.simulator.url], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...desk.env } as Record<string, string>,
    });
    expect(stdout).toContain('READY  5 steps on 5 instances');
    expect(stdout.match(/^crs-fleet00\d\/memoryPerShard verified$/gm)).toHaveLength(5);
    expect(stdout).toMatch(/5 of 5 steps verified: .*report\.html/);
    expect(Object.values((await desk.simulator.counts()).orders)).toEqual([1, 1, 1, 1, 1]);
  });
});
