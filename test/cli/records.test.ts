/** What must not be lost: the files of a run, the files of the author, the exit code, the provider of a run. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { type Desk, desk, growPlan, openDesk, plainFleet } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

async function sealed(test: Pick<TestContext, 'onTestFinished'>): Promise<Desk> {
  const at = await desk(test, { fleet: plainFleet(3) });
  await at.write('plan.yaml', growPlan());
  expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
  return at;
}

async function carriedOut(test: Pick<TestContext, 'onTestFinished'>): Promise<Desk> {
  const at = await sealed(test);
  expect((await at.refit(APPLY)).code).toBe(0);
  return at;
}

async function ordersAt(at: Desk): Promise<number> {
  const { orders } = await at.simulator.counts();
  return Object.values(orders).reduce((sum, count) => sum + count, 0);
}

describe.concurrent('a journal with missing entries is not resumed', () => {
  it.for<[string, (lines: readonly string[]) => readonly string[]]>([
    ['cut off after its fourth entry', (lines) => lines.slice(0, 4)],
    ['without its last entry', (lines) => lines.slice(0, -1)],
    ['emptied', () => []],
  ])('%s', async ([, cut], test) => {
    const at = await carriedOut(test);
    const lines = (await at.text('run/journal.jsonl')).split('\n').slice(0, -1);
    await at.write(
      'run/journal.jsonl',
      cut(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const again = await at.refit(APPLY);
    expect(again.code, again.stderr).toBe(6);
    expect(again.stderr).toMatch(
      /this user's state has seen entry \d+[\s\S]*fix: restore .*refit reconcile \S+.* {3}reads the orders, and prints the next/,
    );
    // That command prints the one that adopts, if something is left.
    const reconciled = await at.refit(['reconcile', 'run']);
    expect(reconciled.stdout, reconciled.stderr).toMatch(/next: refit (apply .*--adopt|report run)/);
    expect(await ordersAt(at)).toBe(3);
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(6);
  });

  it('even if it is empty and has no report, because the state knows the run', async (test) => {
    const at = await carriedOut(test);
    await at.write('run/journal.jsonl', '');
    await at.write('run/report.json', '');
    const again = await at.refit(APPLY);
    expect(again.code, again.stderr).toBe(6);
    expect(again.stderr).toMatch(/ends at entry 0, but this user's state has seen entry \d+/);
    expect(await ordersAt(at)).toBe(3);
  });
});

it('a run of one simulated provider does not resume at another', async (test) => {
  const at = await sealed(test);
  const run = at.start(APPLY);
  while ((await ordersAt(at)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  run.kill('SIGKILL');
  await run.ended;
  const other = await openDesk({ fleet: plainFleet(3) });
  test.onTestFinished(() => other.close());
  const elsewhere = await at.refit([...APPLY, '--endpoint', other.simulator.url], {
    env: other.simulator.env,
  });
  expect(elsewhere.code, elsewhere.stderr).toBe(64);
  expect(elsewhere.stderr).toContain(`fix: add --endpoint ${at.simulator.url}`);
  expect(await ordersAt(other)).toBe(0);
  expect((await at.refit(APPLY)).code).toBe(0);
  expect(await ordersAt(at)).toBe(3);
});

describe.concurrent('source files and files of a run are not overwritten', () => {
  const OTHER_NAME = 'use another file name';
  const OUTSIDE = 'use a file outside the run directory';
  it.for<[string, string, string, (at: Desk) => Promise<unknown>]>([
    ['plan plan.yaml -o plan.yaml', 'plan.yaml', OTHER_NAME, async () => undefined],
    [
      'plan plan.yaml -o link.yaml',
      'plan.yaml',
      OTHER_NAME,
      (at) => symlink('plan.yaml', join(at.folder, 'link.yaml')),
    ],
    ['report run -q --write json=run/journal.jsonl', 'run/journal.jsonl', OUTSIDE, (at) => at.refit(APPLY)],
    ['report run -q --write json=run/plan.json', 'run/plan.json', OUTSIDE, (at) => at.refit(APPLY)],
  ])('refit %s', async ([command, kept, fix, before], test) => {
    const at = await sealed(test);
    await before(at);
    const text = await at.text(kept);
    const ended = await at.refit(command.split(' '));
    expect(ended.code, ended.stderr).toBe(64);
    expect(ended.stderr).toContain(`writing would destroy it\n  fix: ${fix}\n`);
    expect(await at.text(kept)).toBe(text);
  });

  it('output follows a link, and a device stays a device', async (test) => {
    const at = await sealed(test);
    await at.write('target.md', 'old');
    await symlink('target.md', join(at.folder, 'link.md'));
    expect((await at.refit(['show', 'saved.json', '--write', 'markdown=link.md'])).code).toBe(0);
    expect(await at.text('target.md')).toMatch(/^#/);
    expect((await at.refit(['show', 'saved.json', '--write', 'markdown=/dev/null'])).code).toBe(0);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

describe.concurrent('the exit code stays the same without a reader', () => {
  it('of a blocked plan', async (test) => {
    const at = await sealed(test);
    await at.write('none.yaml', growPlan().replace(/crs-fleet/g, 'crs-absent'));
    const main = join(inject('built'), 'dist/cli/main.js');
    const child = spawn(process.execPath, [main, 'validate', 'none.yaml', 'missing.yaml'], {
      cwd: at.folder,
    });
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(64);
  });

  it('of an apply whose terminal is gone, and the run continues to its end', async (test) => {
    const at = await sealed(test);
    const main = join(inject('built'), 'dist/cli/main.js');
    const env = { ...process.env, ...at.env };
    const child = spawn(process.execPath, [main, ...APPLY, '--endpoint', at.simulator.url], {
      cwd: at.folder,
      env,
    });
    child.stdout.destroy();
    child.stderr.once('data', () => child.stderr.destroy());
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect((await at.report()).run.endedBecause).toBe('done');
  });

  it('and a full disk is reported', async (test) => {
    const at = await carriedOut(test);
    const main = join(inject('built'), 'dist/cli/main.js');
    const shell = promisify(execFile)(
      'sh',
      ['-c', `"${process.execPath}" "${main}" report run > /dev/full`],
      { cwd: at.folder },
    );
    await expect(shell).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the disk is full'),
    });
  });
});

it('a dropped connection drains the run like SIGTERM', async (test) => {
  const at = await sealed(test);
  const run = at.start(APPLY);
  while ((await ordersAt(at)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  run.kill('SIGHUP');
  const ended = await run.ended;
  expect([0, 143], ended.stderr).toContain(ended.code);
  expect((await at.report()).run.endedBecause).not.toBe(null);
});
