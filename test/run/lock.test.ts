import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { type Holder, register, takeLock } from '../../src/run/lock.ts';

const SELF = { host: 'here', purpose: 'a test' };
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refit-lock-'));
  path = join(folder, 'locks', 'one.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid!;
}

function lay(holder: Partial<Holder>): void {
  const whole = {
    pid: 1,
    host: 'here',
    since: '2026-01-05T02:00:00.000Z',
    purpose: 'a run',
    began: null,
    ...holder,
  };
  writeFileSync(path, `${JSON.stringify(whole)}\n`);
}

const codeOf = (error: unknown) => (error instanceof RefitError ? error.code : error);

describe('a lock', () => {
  beforeEach(async () => (await takeLock(path, SELF, systemClock)).release());

  it('is held by one, released, and free again', async () => {
    const lock = await takeLock(path, SELF, systemClock);
    expect(lock.tookOverFrom).toBeNull();
    expect(await takeLock(path, SELF, systemClock).catch(codeOf)).toBe('locked');
    await lock.release();
    await (await takeLock(path, SELF, systemClock)).release();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  it('of a dead process is taken over, and says from whom', async () => {
    const pid = await deadPid();
    lay({ pid });
    const lock = await takeLock(path, SELF, systemClock);
    expect(lock.tookOverFrom?.pid).toBe(pid);
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
  });

  it('of a pid that another process has by now is taken over', async () => {
    lay({ pid: process.pid, began: '1' });
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom?.began).toBe('1');
  });

  it.each([
    ['a live process of this host', { pid: process.pid }],
    ['any process of another host', { pid: 999_999, host: 'elsewhere' }],
  ])('of %s is refused, with the holder and what to do', async (_, holder) => {
    lay(holder);
    const refusal = await takeLock(path, SELF, systemClock).catch((error: RefitError) => error);
    expect(refusal).toMatchObject({ code: 'locked', exitCode: 7 });
    expect((refusal as RefitError).message).toContain(String(holder.pid));
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(holder.pid);
  });

  it('that was cut off while being written belongs to nobody', async () => {
    writeFileSync(path, '{"pid":');
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom).toBeNull();
  });

  it('of a dead process goes to exactly one of twenty who want it at once', async () => {
    lay({ pid: await deadPid() });
    const takers = await Promise.allSettled(
      Array.from({ length: 20 }, () => takeLock(path, SELF, systemClock)),
    );
    expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the register of plans carried out', () => {
  it('lets one run directory carry a plan out, again and again, and no other', async () => {
    const enter = (directory: string, check = false) =>
      register(folder, 'd'.repeat(64), directory, systemClock, { check });
    await enter('/runs/one', true);
    await enter('/runs/two', true);
    await enter('/runs/one');
    await enter('/runs/one');
    expect(await enter('/runs/two', true).catch(codeOf)).toBe('already-carried-out');
    expect(await enter('/runs/two').catch(codeOf)).toBe('already-carried-out');
  });
});
