/**
 * A disk that fails during a run: the run stops before its next order and names the file and the fix. The same command
 * resumes when the disk works again. The simulator counts the orders.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { BRISK, type Desk, desk, type Ended, growPlan, plainFleet, until } from './refit.ts';

const INSTANCES = 12;
const COMMAND = join(inject('built'), 'dist/cli/main.js');
const isRoot = process.getuid?.() === 0;
const demanded = process.env.REFIT_REQUIRE_ALL === '1';

/** One resize at a time, so that the run is alive when the test changes its files, even on a busy machine. */
async function sealed(test: TestContext): Promise<Desk> {
  const at = await desk(test, { simulator: BRISK, fleet: plainFleet(INSTANCES) });
  await at.write('plan.yaml', growPlan(['execution: { inFlight: 1, requestsPerSecond: 20, patience: 2s }']));
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stderr).toBe(0);
  return at;
}

const apply = (directory: string) => ['apply', 'saved.json', '--auto-approve', '--run-dir', directory];

async function ordersAt(at: Desk): Promise<number> {
  const { orders } = await at.simulator.counts();
  return Object.values(orders).reduce((sum, count) => sum + count, 0);
}

/** Starts a run and calls `act` when three steps have ended. */
async function meddledWith(at: Desk, meddle: () => Promise<unknown>): Promise<Ended> {
  const run = at.start(apply('run'));
  await until('three steps have ended', async () => {
    const journal = await at.journal();
    return journal.filter(({ kind }) => kind === 'step-ended').length >= 3;
  });
  await meddle();
  return run.ended;
}

async function goesOn(at: Desk, directory: string): Promise<void> {
  const again = await at.refit(apply(directory));
  expect(again.code, again.stderr).toBe(0);
  expect((await at.report(directory)).totals.verified).toBe(INSTANCES);
  expect(Object.values((await at.simulator.counts()).orders)).toEqual(Array(INSTANCES).fill(1));
  expect((await at.refit(['audit', 'verify', directory])).code).toBe(0);
}

describe.concurrent('a run directory that changes during its run', () => {
  it('stops the run before its next order with exit 1 when renamed, and resumes when it is back', async (test) => {
    const at = await sealed(test);
    const ended = await meddledWith(at, () => rename(join(at.folder, 'run'), join(at.folder, 'away')));
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(
      /another process changed \S*run\/journal\.jsonl .*it was removed or renamed[\s\S]*fix: restore the run directory, then run the same refit apply/,
    );
    const ordered = await ordersAt(at);
    expect(ordered).toBeLessThan(INSTANCES);
    await rename(join(at.folder, 'away'), join(at.folder, 'run'));
    await goesOn(at, 'run');
  });

  it('stops the run with exit 1 when removed, and no new run of this plan starts', async (test) => {
    const at = await sealed(test);
    const ended = await meddledWith(at, () => rm(join(at.folder, 'run'), { recursive: true }));
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toContain('it was removed or renamed');
    const ordered = await ordersAt(at);
    expect(ordered).toBeLessThan(INSTANCES);
    const again = await at.refit(apply('run'));
    expect(again.code, again.stderr).toBe(6);
    expect(await ordersAt(at)).toBe(ordered);
  });

  it('stops the run with exit 1 when its journal is emptied, and nothing more is ordered', async (test) => {
    const at = await sealed(test);
    const ended = await meddledWith(at, () => truncate(join(at.folder, 'run', 'journal.jsonl'), 0));
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(/bytes, but this run left it at \d+/);
    const ordered = await ordersAt(at);
    expect((await at.refit(apply('run'))).code).toBe(6);
    expect(await ordersAt(at)).toBe(ordered);
  });
});

/** Ends at the file size limit of the shell. */
async function limitedTo(at: Desk, blocks: number, directory: string): Promise<Ended> {
  const args = [COMMAND, ...apply(directory), '--endpoint', at.simulator.url]
    .map((arg) => `'${arg}'`)
    .join(' ');
  const child = spawn(
    'bash',
    ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec '${process.execPath}' ${args}`],
    { cwd: at.folder, env: { PATH: process.env.PATH, ...at.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, stdout, stderr };
}

describe.concurrent('a full disk', () => {
  it('stops the run before its next order with exit 1, prints the report, and resumes with free space', async (test) => {
    const at = await sealed(test);
    // The plan already exists, so that only the journal grows.
    await mkdir(join(at.folder, 'run'));
    await at.write('run/plan.json', await at.text('saved.json'));
    const ended = await limitedTo(at, 8, 'run');
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stderr).toMatch(
      /Refit cannot write the journal \(EFBIG: file too large, write: .*run\/journal\.jsonl\)/,
    );
    expect(ended.stderr).toContain(
      'fix: free disk space or fix the permissions, then run the same refit apply',
    );
    expect(ended.stderr).toMatch(/known and not on disk/);
    const ordered = await ordersAt(at);
    expect(ordered).toBeGreaterThan(0);
    expect(ordered).toBeLessThan(INSTANCES);
    await goesOn(at, 'run');
  });

  it.skipIf(!isRoot && !demanded)(
    'as a file system of 64 KB that fills up (needs the right to mount one)',
    async (test) => {
      const at = await sealed(test);
      const small = join(at.folder, 'small');
      await mkdir(small);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' });
      } catch (error) {
        if (demanded) throw error;
        return test.skip('no permission to mount a file system here');
      }
      test.onTestFinished(() => void execFileSync('umount', ['-l', small]));
      // Room for the plan, the lock, and two pages of journal.
      const pages = 16 - Math.ceil((await at.text('saved.json')).length / 4096) - 1 - 2;
      await at.write('small/ballast', Buffer.alloc(pages * 4096));
      const ended = await at.refit(apply('small/run'));
      expect(ended.code, ended.stderr).toBe(1);
      expect(ended.stderr).toMatch(
        /Refit cannot write the journal \(ENOSPC: no space left on device, write: .*small\/run\/journal\.jsonl\)/,
      );
      const ordered = await ordersAt(at);
      expect(ordered).toBeGreaterThan(0);
      await rm(join(small, 'ballast'));
      execFileSync('mount', ['-o', 'remount,size=8m', small], { stdio: 'ignore' });
      expect(ordered).toBeLessThan(INSTANCES);
      await goesOn(at, 'small/run');
    },
  );
});

it('names a folder that is not writable, orders nothing, and exits 1', async (test) => {
  const at = await sealed(test);
  await mkdir(join(at.folder, 'closed'));
  await chmod(join(at.folder, 'closed'), 0o500);
  // The superuser can write everywhere unless the capability is dropped.
  const words = [process.execPath, COMMAND, ...apply('closed/run'), '--endpoint', at.simulator.url];
  const [program, ...args] = isRoot
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...words]
    : words;
  const child = spawn(program!, args, {
    cwd: at.folder,
    env: { PATH: process.env.PATH, ...at.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  await chmod(join(at.folder, 'closed'), 0o700);
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/closed\/run: permission denied\n {2}fix: /);
  expect(await ordersAt(at)).toBe(0);
});
