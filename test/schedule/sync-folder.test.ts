/** Copies of one folder on several hosts, and one store. */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { sha256 } from '../../src/digest.ts';
import { RefitError } from '../../src/errors.ts';
import { readPlanFile } from '../../src/schedule/plan-file.ts';
import { createFolderSync, removedElsewhere } from '../../src/schedule/store/sync-folder.ts';
import type { StoredPlan } from '../../src/store/schedule-store.ts';

const plan = (name: string, hour: number): string =>
  [
    'version: 1',
    `name: ${name}`,
    'targets: [{ instance: crs-aaaa0000, region: ap-guangzhou, memoryPerShard: 8GB }]',
    `schedule: { cron: "30 ${hour} * * Tue", timezone: UTC, does: run }`,
    '',
  ].join('\n');

/** A store of plans, and hosts with a copy of the folder each. */
function world() {
  const clock = new VirtualClock();
  const plans = new Map<string, { text: string; source: StoredPlan['source'] }>();
  const puts: string[] = [];
  const host = (files: Map<string, string>, offer: () => Promise<void> = async () => undefined) =>
    createFolderSync({
      folder: {
        read: async () => ({
          files: [...files].flatMap(([name, text]) => readPlanFile(name, text) ?? []),
          switches: new Map(),
          requests: [],
        }),
        textOf: (name) => files.get(name) ?? null,
        pathOf: (name) => `/plans/${name}`,
      },
      store: {
        async putFromFolder(name, text) {
          if (plans.get(name)?.source === 'command') return false;
          if (plans.get(name)?.text !== text) puts.push(`${name} ${/30 (\d)/.exec(text)?.[1]}`);
          plans.set(name, { text, source: 'folder' });
          return true;
        },
        async removeFromFolder(name, digest) {
          if (sha256(plans.get(name)?.text ?? '') !== digest) return;
          puts.push(`${name} removed`);
          plans.delete(name);
        },
      },
      by: { user: 'me', host: 'h' },
      offer,
      clock,
    });
  return { clock, plans, puts, host };
}

it('copies that differ do not fight: the newest change counts until all have it', async () => {
  const { puts, host } = world();
  const [left, right] = [new Map([['p.yaml', plan('p', 1)]]), new Map([['p.yaml', plan('p', 1)]])];
  const [a, b] = [host(left), host(right)];
  for (const one of [a, b, a, b]) expect((await one.sync()).names).toEqual(new Set(['p.yaml']));
  left.set('p.yaml', plan('p', 2));
  for (const one of [a, b, a, b, a, b]) await one.sync();
  right.set('p.yaml', plan('p', 2));
  for (const one of [a, b, a, b]) await one.sync();
  expect(puts).toEqual(['p.yaml 1', 'p.yaml 2']);
});

it('removes the plan of a file that is gone for a minute, but not one that another host has changed', async () => {
  const { clock, puts, host, plans } = world();
  const [left, right] = [new Map([['p.yaml', plan('p', 1)]]), new Map([['p.yaml', plan('p', 1)]])];
  const [a, b] = [host(left), host(right)];
  await clock.run(async () => {
    for (const one of [a, b]) await one.sync();
    left.clear();
    await a.sync();
    await clock.sleep(30_000);
    await a.sync();
    expect(plans.has('p.yaml'), 'somebody may be replacing it').toBe(true);
    right.set('p.yaml', plan('p', 3));
    await b.sync();
    await clock.sleep(60_000);
    await a.sync();
    expect(plans.has('p.yaml'), 'the text of the other host').toBe(true);
    right.clear();
    await b.sync();
    await clock.sleep(60_000);
    await b.sync();
  });
  expect(puts).toEqual(['p.yaml 1', 'p.yaml 3', 'p.yaml removed']);
});

it('names files that it cannot put: taken by a person, or not valid', async () => {
  const { plans, host } = world();
  plans.set('taken.yaml', { text: 'x', source: 'command' });
  const files = new Map([
    ['taken.yaml', plan('taken', 1)],
    ['broken.yaml', 'version: 1\n'],
    ['good.yaml', plan('good', 1)],
  ]);
  const share = await host(files).sync();
  expect(share.names).toEqual(new Set(['good.yaml']));
  expect(share.faults).toMatchObject([
    { name: 'taken.yaml', kind: 'invalid', message: expect.stringMatching(/a person put another plan/) },
    { name: 'broken.yaml', kind: 'invalid' },
  ]);
  expect(removedElsewhere(new Set(['good.yaml']), [])).toMatchObject([
    { name: 'good.yaml', kind: 'invalid' },
  ]);
});

it('names a folder that cannot be read, removes nothing, and goes on when it is back', async () => {
  const { clock, puts } = world();
  let gone = false;
  const sync = createFolderSync({
    folder: {
      async read() {
        if (gone) throw new RefitError('usage', 'the folder cannot be read', 'mount it');
        return { files: [readPlanFile('p.yaml', plan('p', 1))!], switches: new Map(), requests: [] };
      },
      textOf: () => plan('p', 1),
      pathOf: (name) => `/plans/${name}`,
    },
    store: {
      putFromFolder: async (name) => {
        puts.push(name);
        return true;
      },
      removeFromFolder: async (name) => void puts.push(`${name} removed`),
    },
    by: { user: 'me', host: 'h' },
    offer: async () => undefined,
    clock,
  });
  await clock.run(async () => {
    await sync.sync();
    gone = true;
    for (let round = 0; round < 3; round++) {
      expect(await sync.sync()).toMatchObject({
        faults: [{ kind: 'invalid', message: 'the folder cannot be read', fix: 'mount it' }],
      });
      await clock.sleep(60_000);
    }
    gone = false;
    expect((await sync.sync()).names).toEqual(new Set(['p.yaml']));
  });
  expect(puts).toEqual(['p.yaml']);
});
