// Runs the GitHub action and the GitLab template unchanged, and checks that their commands exist.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { REVIEW_FORMATS } from '../../src/report/review/render-review.ts';
import { type Desk, growPlan, openDesk, plainFleet, ROOT, refit } from './refit.ts';

interface ActionStep {
  readonly id?: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

const read = async (name: string) => parse(await readFile(join(ROOT, name), 'utf8'));
const actionSteps = async (): Promise<ActionStep[]> => (await read('action.yml')).runs.steps;
const gitlabScript = async (): Promise<string> => (await read('ci/gitlab.yml'))['.refit-plan'].script[0];

describe('the pipeline scripts', () => {
  it('call commands, flags and formats that exist', async () => {
    const scripts = [...(await actionSteps()).map(({ run }) => run), await gitlabScript()].join('\n');
    const calls = [...scripts.matchAll(/^ *refit ([a-z]+) (.*)$/gm)];
    expect(calls.map(([, command]) => command)).toEqual(['validate', 'plan', 'validate', 'plan']);
    const extra = [...scripts.matchAll(/options\+=\((--[a-z]+)/g)].map(([, flag]) => flag!);
    expect(extra).toEqual(['--inventory', '--price', '--endpoint']);
    for (const [, command, rest] of calls) {
      const { stdout: help } = await refit([command!, '--help']);
      const flags = [...rest!.matchAll(/(?<=^| )(--?[a-z][a-z-]*)/g)].map(([, flag]) => flag!);
      for (const flag of [...flags, ...(command === 'plan' ? extra : [])])
        expect(help, `${command} ${flag}`).toMatch(new RegExp(`(^|[ ,])${flag}[ ,]`, 'm'));
      for (const [, format] of rest!.matchAll(/--(?:format |write )([a-z]+)/g))
        expect(REVIEW_FORMATS).toContain(format);
    }
  });

  it('let no text from outside become a part of a script', async () => {
    for (const { run } of await actionSteps()) expect(run).not.toContain('${{');
  });

  it('set every output of the action from the output of the step', async () => {
    const { outputs } = await read('action.yml');
    const [{ run }] = (await actionSteps()) as [ActionStep];
    for (const [name, { value }] of Object.entries<{ value: string }>(outputs)) {
      expect(value).toBe(`\${{ steps.plan.outputs.${name} }}`);
      expect(run).toContain(`echo "${name}=`);
    }
  });
});

describe('the unchanged scripts', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk({ fleet: plainFleet(3), simulator: [] });
    const command = pathToFileURL(join(inject('built'), 'dist/cli/main.js')).href;
    await mkdir(join(desk.folder, 'action/scripts'), { recursive: true });
    await mkdir(join(desk.folder, 'bin'));
    await desk.write('action/scripts/refit.mjs', `await import(${JSON.stringify(command)});\n`);
    await desk.write(
      'bin/refit',
      `#!/bin/sh\nexec node "${join(desk.folder, 'action/scripts/refit.mjs')}" "$@"\n`,
    );
    // Lists the comments in the file `earlier`, one JSON object a line.
    await desk.write(
      'bin/gh',
      '#!/bin/sh\necho "$@" >> gh.log\ncase "$*" in *graphql*) cat earlier 2>/dev/null;; esac\nexit 0\n',
    );
    for (const name of ['refit', 'gh']) await chmod(join(desk.folder, 'bin', name), 0o755);
    await desk.write('plan.yaml', growPlan());
    await desk.write('bad.yaml', 'version: 1\nname: bad\ntargets: 3\n');
  });
  afterAll(() => desk?.close());

  async function bash(script: string, env: Readonly<Record<string, string>>): Promise<number | null> {
    for (const name of ['outputs', 'summary', 'gh.log']) await desk.write(name, '');
    const child = spawn('bash', ['--noprofile', '--norc', '-c', script], {
      cwd: desk.folder,
      stdio: 'ignore',
      env: {
        ...desk.env,
        PATH: [join(desk.folder, 'bin'), join(process.execPath, '..'), process.env.PATH].join(delimiter),
        GITHUB_ACTION_PATH: join(desk.folder, 'action'),
        GITHUB_OUTPUT: join(desk.folder, 'outputs'),
        GITHUB_STEP_SUMMARY: join(desk.folder, 'summary'),
        GITHUB_REPOSITORY: 'ops/plans',
        RUNNER_TEMP: join(desk.folder, 'temp'),
        ...env,
      } as Record<string, string>,
    });
    const [code] = await once(child, 'close');
    return code as number | null;
  }
  const inputs = (plan: string) => ({
    PLAN: plan,
    SAVED: 'sealed.json',
    INVENTORY: '',
    PRICE: 'true',
    ENDPOINT: desk.simulator.url,
  });
  const outputs = async () =>
    Object.fromEntries((await desk.text('outputs')).split('\n').map((line) => line.split('='))) as Record<
      string,
      string
    >;

  it('the action plans, writes the summary, comments once, and succeeds with changes', async () => {
    const [plan, comment, verdict] = (await actionSteps()) as [ActionStep, ActionStep, ActionStep];
    expect(await bash(plan.run, inputs('plan.yaml'))).toBe(0);
    const written = await outputs();
    expect(written).toMatchObject({ 'exit-code': '2', digest: (await desk.json('sealed.json')).digest });
    expect(await desk.text('summary')).toMatch(/^## grow-everything: READY/);
    expect(JSON.parse(await readFile(written.sarif!, 'utf8')).version).toBe('2.1.0');
    expect(await readFile(written.junit!, 'utf8')).toContain('<testsuites');

    const about = { PLAN: 'plan.yaml', GH_TOKEN: 'x', NUMBER: '7', MARKDOWN: written.markdown! };
    expect(await bash(comment.run, about)).toBe(0);
    expect(await desk.text('gh.log')).toMatch(
      /--method POST repos\/ops\/plans\/issues\/7\/comments --field body=@/,
    );
    expect(await desk.text('temp/refit/comment.md')).toMatch(
      /^<!-- refit plan plan\.yaml -->\n\n## grow-everything/,
    );
    const earlier = (databaseId: unknown, viewerDidAuthor: boolean, body: string) =>
      `${JSON.stringify({ databaseId, viewerDidAuthor, body })}\n`;
    const marked = '<!-- refit plan plan.yaml -->\n\nREADY';
    await desk.write(
      'earlier',
      earlier(666, false, marked) + earlier(667, true, `look:\n${marked}`) + earlier(4711, true, marked),
    );
    expect(await bash(comment.run, about)).toBe(0);
    expect(await desk.text('gh.log')).toMatch(/--method PATCH repos\/ops\/plans\/issues\/comments\/4711 /);
    // Somebody else wrote the marker: their comment stays as it is.
    await desk.write('earlier', earlier(666, false, marked) + earlier('1/../2', true, marked));
    expect(await bash(comment.run, about)).toBe(0);
    expect(await desk.text('gh.log')).not.toContain('PATCH');
    expect(await desk.text('gh.log')).toContain('--method POST');

    expect(await bash(verdict.run, { CODE: '2' })).toBe(0);
    expect(await bash(verdict.run, { CODE: '5' })).toBe(5);
  });

  it('the action reports an invalid plan in the same places', async () => {
    const [plan] = (await actionSteps()) as [ActionStep];
    expect(await bash(plan.run, inputs('bad.yaml'))).toBe(0);
    expect(await outputs()).toMatchObject({ 'exit-code': '65', digest: '' });
    expect(await desk.text('summary')).toMatch(/^## bad\.yaml: INVALID/);
  });

  it('the GitLab template keeps the saved plan and the reviews, and exits with the code of the plan', async () => {
    const script = await gitlabScript();
    const options = { REFIT_OPTIONS: `--endpoint ${desk.simulator.url}` };
    expect(await bash(script, { ...options, REFIT_PLAN: 'plan.yaml' })).toBe(0);
    expect((await desk.json<{ plan: { digest: string } }>('plan.json')).plan.digest).toBe(
      (await desk.json('saved-plan.json')).digest,
    );
    expect(await desk.text('plan.md')).toMatch(/^## grow-everything: READY/);
    expect(await bash(script, { ...options, REFIT_PLAN: 'bad.yaml' })).toBe(65);
    expect(await desk.text('plan.md')).toMatch(/^## bad\.yaml: INVALID/);
  });
});

describe('reviews from the command line', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk({ fleet: plainFleet(3) });
    await desk.write('plan.yaml', growPlan());
    await desk.refit(['plan', 'plan.yaml', '--price', '-o', 'one.json', '-q']);
    await desk.write('other.yaml', growPlan(['execution: { inFlight: 4, patience: 2s }']));
    await desk.refit(['plan', 'other.yaml', '--price', '-o', 'two.json', '-q']);
  });
  afterAll(() => desk?.close());

  it('come in any number of formats from one call', async () => {
    const writes = REVIEW_FORMATS.flatMap((format) => ['--write', `${format}=review.${format}`]);
    const { code } = await desk.refit(['show', 'one.json', '--summary', ...writes]);
    expect(code).toBe(0);
    for (const format of REVIEW_FORMATS)
      expect((await desk.text(`review.${format}`)).length).toBeGreaterThan(100);
    expect(await desk.text('review.text')).not.toContain('Wave ');
  });

  it('show the differences between two saved plans, and exit 2 on request', async () => {
    const same = await desk.refit(['diff', 'one.json', 'one.json', '--detailed-exitcode']);
    expect([same.code, same.stdout.slice(0, 6)]).toEqual([0, 'SAME  ']);
    const differs = await desk.refit([
      'diff',
      'one.json',
      'two.json',
      '--detailed-exitcode',
      '--write',
      'json=d.json',
    ]);
    expect(differs.code).toBe(2);
    expect(differs.stdout).toContain('~ execution.inFlight  40 → 4');
    expect((await desk.json('d.json')).same).toBe(false);
    expect((await desk.refit(['diff', 'one.json', 'two.json'])).code).toBe(0);
  });

  it('refuse an altered saved plan and name its file', async () => {
    await desk.write(
      'altered.json',
      (await desk.text('two.json')).replace('"inFlight": 4', '"inFlight": 400'),
    );
    const { code, stdout, stderr } = await desk.refit(['diff', 'one.json', 'altered.json']);
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toMatch(/altered\.json: the saved plan was altered/);
  });

  it('show what has changed in the live fleet since the plan', async () => {
    const before = await desk.refit(['show', 'one.json', '--live']);
    expect(before.stdout).not.toContain('Refit.DriftedSince');
    expect(before.stderr).toContain('no instance has changed since the plan');
    expect((await desk.refit(['apply', 'one.json', '--auto-approve', '-q'])).code).toBe(0);
    const after = await desk.refit(['show', 'one.json', '--live']);
    expect(after.stdout).toMatch(/! Refit\.DriftedSince {2}crs-fleet000\n +crs-fleet000 has 8 GB/);
    expect(after.code).toBe(0);
  });
});
