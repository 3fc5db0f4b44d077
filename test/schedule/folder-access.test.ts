/** The schedule of a real folder, as the console reads and controls it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, iso, systemClock } from '../../src/clock.ts';
import { message } from '../../src/messages/messages.ts';
import { rootOf } from '../../src/schedule/read-schedule.ts';
import { createFolderAccess, type ScheduleAccess } from '../../src/schedule/schedule-access.ts';
import { openScheduleLog } from '../../src/schedule/schedule-log-file.ts';

const PLAN = [
  'version: 1',
  'name: nightly',
  'targets: [{ instance: crs-aaaa1111, region: ap-guangzhou, memoryPerShard: 8GB }]',
  'schedule: { cron: "0 0 1 1 *", timezone: Asia/Shanghai, does: run }',
  '',
].join('\n');

describe('the schedule of a folder', () => {
  let folder: string;
  let access: ScheduleAccess;
  /** What a scheduler does while the console waits. */
  let scheduler: () => Promise<void>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'refit-access-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'nightly.yaml'), PLAN);
    await writeFile(join(folder, 'fleet.json'), '{}');
    scheduler = async () => undefined;
    let slept = 0;
    const clock: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() + slept,
      async sleep(ms) {
        slept += ms;
        await scheduler();
      },
    };
    const viewing = { names: async () => new Set(['nightly.yaml']) };
    access = createFolderAccess(folder, { clock, host: 'ops-1', pid: process.pid, viewing });
  });

  it('has the plans that can be scheduled, no entry, and no scheduler', async () => {
    const { view, entries, hasScheduler } = await access.read();
    expect(view.files.map(({ name }) => name)).toEqual(['nightly.yaml']);
    expect({ entries, hasScheduler }).toEqual({ entries: [], hasScheduler: false });
  });

  it('switches a plan once, keeps who did it, and refuses a file that is no plan', async () => {
    expect(await access.switch('nightly', false, 'mei')).toBe(true);
    expect(await access.switch('nightly.yaml', false, 'jun')).toBe(false);
    expect((await access.read()).view.switches.get('nightly.yaml')).toMatchObject({ enabled: false });
    const [file] = await readdir(join(rootOf(folder, undefined), 'switches'));
    expect(await readFile(join(rootOf(folder, undefined), 'switches', file!), 'utf8')).toContain(
      '"by":"mei"',
    );
    expect(await access.switch('nightly', true, 'mei')).toBe(true);
    await expect(access.switch('fleet.json', false, 'mei')).rejects.toMatchObject({ code: 'usage' });
  });

  it('reads the log again when it grew, and names the run of each due time', async () => {
    await access.read();
    const log = await openScheduleLog(rootOf(folder, undefined), systemClock, () => undefined);
    onTestFinished(() => log.close());
    await log.append({ kind: 'scheduled', plan: 'nightly.yaml', schedule: 'x' });
    const first = await access.read();
    expect(first.entries).toMatchObject([{ kind: 'scheduled', plan: 'nightly.yaml' }]);
    expect((await access.read()).entries).toBe(first.entries);
    await log.append({ kind: 'removed', plan: 'nightly.yaml' });
    expect((await access.read()).entries).toHaveLength(2);
    const due = [iso(0), iso(86_400_000)].map((at) => first.placeOf('nightly.yaml', at, null));
    expect(new Set(due).size).toBe(2);
  });

  it('a plan that somebody wants to run now gets the answer of the scheduler', async () => {
    const root = rootOf(folder, undefined);
    const log = await openScheduleLog(root, systemClock, () => undefined);
    onTestFinished(() => log.close());
    scheduler = async () => {
      const [file] = await readdir(join(root, 'requests'));
      const asked = JSON.parse(await readFile(join(root, 'requests', file!), 'utf8')) as object;
      expect(asked).toMatchObject({ plan: 'nightly.yaml', by: 'mei' });
      await log.append({
        ...{ kind: 'refused', plan: 'nightly.yaml', due: iso(0), reason: 'overlap' },
        ...{ message: message('schedule.disabled'), request: file!.replace('.json', '') },
      });
    };
    expect(await access.runNow('nightly', 'mei')).toMatchObject({ kind: 'refused', plan: 'nightly.yaml' });
  });

  it('nothing runs without a scheduler: the request is removed, and the refusal names the command', async () => {
    await expect(access.runNow('nightly', 'mei')).rejects.toMatchObject({
      ...{ code: 'run-silent', fix: expect.stringContaining('refit schedule list') },
    });
    expect(await readdir(join(rootOf(folder, undefined), 'requests'))).toEqual([]);
  });
});
