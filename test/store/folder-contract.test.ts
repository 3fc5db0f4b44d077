import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { SavedPlan } from '../../src/model.ts';
import { claimRunDirectory } from '../../src/store/folder/claim-run.ts';
import { askRunProcess } from '../../src/store/folder/control-client.ts';
import { folderRuns, readerOfDirectory } from '../../src/store/folder/folder-runs.ts';
import type { ClaimedRun } from '../../src/store/ports.ts';
import { describeContract, ENDED, intent, openWriter, PLANS, type StoreInTest, started } from './contract.ts';

/** A process that cannot exist: larger than the largest process number of the kernel. */
const NOBODY = 5_000_000;

async function openFolder(): Promise<StoreInTest> {
  const folder = await mkdtemp(join(tmpdir(), 'refit-contract-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const stateDirectory = join(folder, 'state');
  const runs = join(folder, 'runs');
  const plans = join(folder, 'plans');
  await mkdir(plans);
  const directories = new Map<string, string>();
  const locks = {
    stateDirectory,
    clock: systemClock,
    endpoint: 'redis.tencentcloudapi.com',
    host: hostname(),
  };
  const directoryOf = ({ digest }: SavedPlan) => directories.get(digest)!;
  return {
    async claim(saved): Promise<ClaimedRun> {
      const claim = await claimRunDirectory(
        {
          saved,
          savedFile: join(plans, `${saved.digest}.json`),
          runsRoot: runs,
          runDirectory: directories.get(saved.digest) ?? null,
        },
        locks,
      );
      directories.set(saved.digest, claim.run.name);
      return claim;
    },
    async die(claim) {
      const places = [join(stateDirectory, 'locks'), join(stateDirectory, 'claims'), claim.run.name];
      for (const place of places) {
        for (const name of await readdir(place).catch((): string[] => [])) {
          if (!name.endsWith('.json') || ['plan.json', 'report.json'].includes(name)) continue;
          const path = join(place, name);
          const text = await readFile(path, 'utf8');
          await writeFile(path, text.replace(`"pid":${process.pid},`, `"pid":${NOBODY},`));
        }
      }
    },
    runs: () =>
      folderRuns(
        { stateDirectory, clock: systemClock, host: hostname() },
        { folder: runs, shorten: (path) => path },
      ),
    journalBytes: (saved) => readFile(join(directoryOf(saved), 'journal.jsonl'), 'utf8'),
    ask: (saved, line) => askRunProcess(directoryOf(saved), line, systemClock),
    offer: (saved, name, text) => writeFile(join(plans, `${saved.digest}.json.approval-${name}`), text),
    logged: (saved, file) => readFile(join(directoryOf(saved), file), 'utf8'),
  };
}

describeContract('a folder of run directories', openFolder);

it.each<[string, (text: string) => string]>([
  ['was shortened', (text) => text.slice(0, text.indexOf('\n') + 1)],
  ['is gone', () => ''],
])('a follower reads a journal again that %s', async (_, change) => {
  const store = await openFolder();
  const claim = await store.claim(PLANS.first);
  const { journal, end } = await openWriter(claim);
  for (const event of [started(PLANS.first), ENDED]) await journal.appendDurably(event);
  await end();
  const follower = readerOfDirectory(claim.run.name, {
    ...{ stateDirectory: null, clock: systemClock, host: hostname() },
  }).follow!();
  await follower.read(
    () => undefined,
    () => undefined,
  );
  const file = join(claim.run.name, 'journal.jsonl');
  const text = change(await readFile(file, 'utf8'));
  await (text === '' ? rm(file) : writeFile(file, text));
  const seen: number[] = [];
  let restarts = 0;
  await follower.read(
    ({ seq }) => seen.push(seq),
    () => restarts++,
  );
  expect([seen, restarts]).toEqual([text === '' ? [] : [1], 1]);
});

it('a follower that starts late finds the marked entry far from the end', async () => {
  const store = await openFolder();
  const claim = await store.claim(PLANS.first);
  const { journal, end } = await openWriter(claim);
  await journal.appendDurably(started(PLANS.first));
  await journal.appendDurably(intent(PLANS.first));
  for (let wave = 0; wave < 4_200; wave++)
    journal.appendWithNextGroup({ kind: 'wave-started', wave, name: 'w' });
  await journal.appendDurably({ kind: 'wave-started', wave: 0, name: 'last' });
  const follower = (await store.runs().find('latest')).follow!();
  const read = () =>
    follower.read(
      () => undefined,
      () => undefined,
    );
  expect((await read()).trust).toEqual({ kind: 'known' });
  expect((await read()).trust).toEqual({ kind: 'known' });
  await end();
});
