import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { claimInstances } from '../../src/store/folder/claims.ts';
import { type Holder, takeLock } from '../../src/store/folder/lock.ts';

const SELF = { host: 'here', purpose: 'a test' };
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refit-lock-'));
  path = join(folder, 'locks', 'one.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The pid of an ended process. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid!;
}

function writeLock(holder: Partial<Holder>): void {
  const whole = {
    pid: 1,
    host: 'here',
    since: '2026-01-05T02:00:00.000Z',
    purpose: 'a run',
    startTicks: null,
    ...holder,
  };
  writeFileSync(path, `${JSON.stringify(whole)}\n`);
}

/** The successor file of a lock, as a process leaves it that dies before the move. */
function afterOf(file: string): string {
  const digest = createHash('sha256')
    .update(`${basename(file)} ${readFileSync(file, 'utf8')}`)
    .digest('hex');
  return `${path}.after-${digest.slice(0, 16)}`;
}

const codeOf = (error: unknown) => (error instanceof RefitError ? error.code : error);

describe('a lock', () => {
  beforeEach(async () => (await takeLock(path, SELF, systemClock)).release());

  it('has one holder, and is free after its release', async () => {
    const lock = await takeLock(path, SELF, systemClock);
    expect(lock.tookOverFrom).toBeNull();
    expect(await takeLock(path, SELF, systemClock).catch(codeOf)).toBe('locked');
    await lock.release();
    await (await takeLock(path, SELF, systemClock)).release();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  it('of a dead process is taken over with its old holder', async () => {
    const pid = await deadPid();
    writeLock({ pid });
    const lock = await takeLock(path, SELF, systemClock);
    expect(lock.tookOverFrom?.pid).toBe(pid);
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
  });

  it('of a reused pid is taken over', async () => {
    writeLock({ pid: process.pid, startTicks: '1' });
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom?.startTicks).toBe('1');
  });

  it.runIf(process.platform === 'linux')('of a zombie is taken over', async () => {
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const pid = Number(line);
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    while (stat()[0] !== 'Z') await systemClock.sleep(5);
    writeLock({ pid, startTicks: stat()[19]! });
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom?.pid).toBe(pid);
  });

  it.runIf(process.platform === 'linux')('of a pid that another user reuses is taken over', async () => {
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    onTestFinished(() => void kill.mockRestore());
    writeLock({ pid: process.pid, startTicks: '1' });
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom?.startTicks).toBe('1');
  });

  it.each([
    ['a live process of this host', { pid: process.pid }],
    ['any process of another host', { pid: 999_999, host: 'elsewhere' }],
  ])('of %s is refused with its holder and a fix', async (_, holder) => {
    writeLock(holder);
    const refusal = await takeLock(path, SELF, systemClock).catch((error: RefitError) => error);
    expect(refusal).toMatchObject({ code: 'locked', exitCode: 7 });
    expect((refusal as RefitError).message).toContain(String(holder.pid));
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(holder.pid);
  });

  it('that is truncated has no holder', async () => {
    writeFileSync(path, '{"pid":');
    expect((await takeLock(path, SELF, systemClock)).tookOverFrom).toBeNull();
  });

  it('of another host shows how to remove it if that host is gone', async () => {
    writeLock({ pid: 4711, host: 'elsewhere' });
    const refusal = await takeLock(path, SELF, systemClock).catch((error: RefitError) => error);
    expect((refusal as RefitError).fix).toBe(
      `wait for it, or stop it on elsewhere (host here cannot see its processes). Only if the process is certainly gone: rm ${path}`,
    );
    rmSync(path);
    await (await takeLock(path, SELF, systemClock)).release();
  });

  it('of a dead process goes to exactly one of twenty processes', async () => {
    writeLock({ pid: await deadPid() });
    const takers = await Promise.allSettled(
      Array.from({ length: 20 }, () => takeLock(path, SELF, systemClock)),
    );
    expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(join(folder, 'locks'))).toEqual(['one.json']);
  });

  it('is taken over after two takeovers died halfway', async () => {
    const dead = { pid: await deadPid(), host: 'here', since: 'x', purpose: 'a run', startTicks: null };
    writeLock(dead);
    let last = path;
    for (const since of ['y', 'z']) {
      last = afterOf(last);
      writeFileSync(last, `${JSON.stringify({ ...dead, since })}\n`);
    }
    const lock = await takeLock(path, SELF, systemClock);
    expect(lock.tookOverFrom).toMatchObject({ since: 'z' });
    expect(readdirSync(join(folder, 'locks'))).toEqual(['one.json']);
    expect(await takeLock(path, SELF, systemClock).catch(codeOf)).toBe('locked');
    await lock.release();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  it('that was removed by hand and taken again is not released by the first holder', async () => {
    const first = await takeLock(path, SELF, systemClock);
    rmSync(path);
    const second = await takeLock(path, SELF, systemClock);
    await first.release();
    expect(await takeLock(path, SELF, systemClock).catch(codeOf)).toBe('locked');
    await second.release();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });
});

/** A process that takes the locks named on its input, one a line, and reports the result of each. */
const TAKER = `
import { createInterface } from 'node:readline';
import { takeLock } from ${JSON.stringify(fileURLToPath(new URL('../../src/store/folder/lock.ts', import.meta.url)))};
import { systemClock } from ${JSON.stringify(fileURLToPath(new URL('../../src/clock.ts', import.meta.url)))};
const self = { host: 'here', purpose: 'a race' };
process.stdout.write('ready\\n');
for await (const path of createInterface({ input: process.stdin })) {
  const said = await takeLock(path, self, systemClock).then(() => 'has it', (error) => error.code ?? String(error));
  process.stdout.write(said + '\\n');
}`;

describe('many processes', () => {
  it('give a lock to exactly one: a free one, a dead one, and one left in a takeover', async () => {
    const takers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', TAKER], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        onTestFinished(() => void child.kill('SIGKILL'));
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        expect((await lines.next()).value).toBe('ready');
        return { child, lines };
      }),
    );
    const pid = await deadPid();
    for (let round = 0; round < 30; round++) {
      path = join(folder, 'locks', `${round}.json`);
      await (await takeLock(path, SELF, systemClock)).release();
      if (round % 3 > 0) writeLock({ pid });
      if (round % 3 > 1) {
        writeFileSync(afterOf(path), readFileSync(path));
      }
      for (const { child } of takers) child.stdin.write(`${path}\n`);
      const said = await Promise.all(takers.map(async ({ lines }) => (await lines.next()).value));
      expect(said.sort(), `round ${round}`).toEqual(['has it', ...Array(5).fill('locked')]);
    }
  });
});

describe('the instances of a live run', () => {
  const REAL = 'tencentcloudapi.com';
  const claim = (digest: string, instances: readonly string[], endpoint = REAL, host = 'here') =>
    claimInstances(
      folder,
      { digest: digest.repeat(64), endpoint, instances },
      { host, purpose: `run ${digest}` },
      systemClock,
    );
  const files = () => readdirSync(join(folder, 'claims'));

  it('are claimed by one run at a time, while others stay free', async () => {
    const first = await claim('a', ['crs-aaaa0001', 'crs-aaaa0002']);
    const other = await claim('b', ['crs-aaaa0003']);
    const refusal = (await claim('c', ['crs-aaaa0002', 'crs-aaaa0001', 'crs-aaaa0009']).catch(
      (error: unknown) => error,
    )) as RefitError;
    expect(refusal).toMatchObject({ code: 'locked', exitCode: 7 });
    expect(refusal.message).toMatch(
      new RegExp(
        `^crs-aaaa0001 and 1 more instance: held by process ${process.pid} on here since 20.*\\(run a\\)$`,
      ),
    );
    expect(refusal.fix).toContain(`kill ${process.pid}`);
    await first.release();
    const third = await claim('c', ['crs-aaaa0002']);
    expect(third.tookOverFrom).toEqual([]);
    await third.release();
    await other.release();
    expect(files()).toEqual([]);
  });

  it('of a dead process are taken over if shared, and removed otherwise', async () => {
    await claim('a', ['crs-aaaa0001']);
    await claim('b', ['crs-aaaa0002']);
    const pid = await deadPid();
    for (const name of files()) {
      const claimed = JSON.parse(readFileSync(join(folder, 'claims', name), 'utf8'));
      writeFileSync(join(folder, 'claims', name), JSON.stringify({ ...claimed, pid }));
    }
    const { tookOverFrom } = await claim('c', ['crs-aaaa0001', 'crs-aaaa0003']);
    expect(tookOverFrom.map(({ purpose }) => purpose)).toEqual(['run a']);
    expect(files()).toEqual([`${'c'.repeat(64)}.json`]);
  });

  it('of another host stay claimed', async () => {
    await claim('a', ['crs-aaaa0001'], REAL, 'elsewhere');
    const refusal = (await claim('b', ['crs-aaaa0001']).catch((error: unknown) => error)) as RefitError;
    expect(refusal.fix).toContain(`rm ${join(folder, 'claims', `${'a'.repeat(64)}.json`)}`);
  });

  it.each([
    ['http://127.0.0.1:8420', 'http://127.0.0.1:8421', false],
    ['http://127.0.0.1:8420', REAL, false],
    ['http://127.0.0.1:8420', 'http://localhost:8420/', true],
    [REAL, 'https://redis.ap-guangzhou.tencentcloudapi.com', true],
    [REAL, 'internal.tencentcloudapi.com', true],
  ])('at %s and at %s are the same: %s', async (one, another, same) => {
    await claim('a', ['crs-aaaa0001'], one);
    const outcome = await claim('b', ['crs-aaaa0001'], another).then(() => 'free', codeOf);
    expect(outcome).toBe(same ? 'locked' : 'free');
  });

  it('go to exactly one of ten plans, and ten thousand are one file', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => `crs-m${String(n).padStart(7, '0')}`);
    const claims = await Promise.allSettled(
      [...'0123456789'].map((digest) => claim(digest, ['crs-aaaa0001', ...(digest === '7' ? many : [])])),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });
});
