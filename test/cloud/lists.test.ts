/** Lists from servers that return fewer rows than asked, that end early, or that change while they are read. */
import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { Instance } from '../../src/model.ts';
import type { Line } from './fake-transport.ts';
import { clientOver, row, SCOPE, START } from './scripted-client.ts';

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (count: number, one: (n: number) => Row): Row[] =>
  Array.from({ length: count }, (_, n) => one(n));
const number = (n: number): string => String(n).padStart(8, '0');

const INSTANCES = rowsOf(750, (n) => row({ InstanceId: `crs-${number(n)}`, ZoneId: undefined }));
const IDS = INSTANCES.map(({ InstanceId }) => String(InstanceId));
const TASKS = rowsOf(750, (TaskId) => ({ TaskId, InstanceId: 'crs-aaaa1111', TaskType: '002', Result: 1 }));
const DEALS = rowsOf(750, (n) => ({ OrderId: `2026${number(n)}`, Status: 4, ResourceId: ['crs-aaaa1111'] }));

/** What `eachInstance` gives. */
async function collected(cloud: Cloud): Promise<Instance[]> {
  const all: Instance[] = [];
  await cloud.eachInstance(SCOPE, (page) => all.push(...page));
  return all;
}

/** Each list of Refit: its rows, how it is read, and whether `Offset` counts pages. */
const LISTS: Readonly<
  Record<string, { rows: Row[]; field: string; paged?: true; read: (cloud: Cloud) => Promise<object[]> }>
> = {
  'all instances': {
    rows: INSTANCES,
    field: 'InstanceSet',
    read: (cloud) => cloud.describeInstances(SCOPE),
  },
  'all instances, page by page': {
    rows: INSTANCES,
    field: 'InstanceSet',
    read: (cloud) => collected(cloud),
  },
  'instances by id': {
    rows: INSTANCES,
    field: 'InstanceSet',
    read: (cloud) => cloud.describeInstances(SCOPE, IDS),
  },
  'running tasks': { rows: TASKS, field: 'Tasks', read: (cloud) => cloud.describeRunningTasks(SCOPE) },
  'tasks of a time': {
    rows: TASKS,
    field: 'Tasks',
    read: (cloud) => cloud.describeTasks(SCOPE, START - 1000),
  },
  'orders of billing': {
    rows: DEALS,
    field: 'Deals',
    paged: true,
    read: (cloud) => cloud.findDeals(SCOPE, START - 1000, START),
  },
};

describe('a list is read to its end, each row once', () => {
  const servers: readonly (readonly [string, (at: number) => number])[] = [
    ['with pages as long as asked', () => 1000],
    ['capped at 30', () => 30],
    ['capped at 50, so that the last page is full', () => 50],
    ['capped at 99', () => 99],
    ['with a short page in the middle', (at) => (at < 100 ? 1000 : 70)],
    ['with ever shorter pages', (at) => 120 - Math.floor(at / 10)],
  ];
  for (const [name, { rows, field, paged, read }] of Object.entries(LISTS)) {
    for (const [server, cap] of servers) {
      it(`${name}, from a server ${server}`, async () => {
        const { run } = clientOver(({ fields }) => {
          const limit = Number(fields.Limit);
          const at = Number(fields.Offset) * (paged ? limit : 1);
          const shown = rows.slice(at, at + Math.min(limit, cap(at)));
          return { ok: { TotalCount: rows.length, [field]: shown } };
        });
        expect(await run(read)).toHaveLength(rows.length);
      });
    }
  }
});

describe('a list of tasks that grows at its front while it is read', () => {
  it.each([1, 99, 100, 130, 250])('has all earlier rows: %i more before the third page', async (more) => {
    const { run } = clientOver(({ fields }, count) => {
      const fresh = rowsOf(count < 2 ? 0 : more, (n) => ({ ...TASKS[0], TaskId: 1e6 + n }));
      const all = [...fresh, ...TASKS];
      const at = Number(fields.Offset);
      return { ok: { TotalCount: all.length, Tasks: all.slice(at, at + Number(fields.Limit)) } };
    });
    const read = await run((cloud) => cloud.describeTasks(SCOPE, START - 1000));
    const ids = new Set(read.map(({ id }) => id));
    expect(TASKS.filter(({ TaskId }) => !ids.has(String(TaskId)))).toEqual([]);
  });
});

describe('a list of instances', () => {
  /** The pages that Refit asks of a server that returns at most `cap` rows. */
  const pagesOf = async (count: number, cap: (at: number) => number, ids?: readonly string[]) => {
    const { run, transport } = clientOver(({ fields }) => {
      const asked = fields.InstanceIds as string[] | undefined;
      const all = INSTANCES.slice(0, count).filter((one) => asked?.includes(String(one.InstanceId)) ?? true);
      const at = Number(fields.Offset);
      const shown = all.slice(at, at + Math.min(Number(fields.Limit), cap(at)));
      return { ok: { TotalCount: all.length, InstanceSet: shown } };
    });
    const found = await run((cloud) => cloud.describeInstances(SCOPE, ids));
    expect(found.map(({ id }) => id)).toEqual(IDS.slice(0, count).filter((id) => ids?.includes(id) ?? true));
    return transport.sent.map(({ fields }) => `${fields.Limit} at ${fields.Offset}`);
  };
  it.each<[string, (at: number) => number, number, string[]]>([
    ['no server of its own', () => 1000, 750, ['1000 at 0']],
    ['a server that caps pages', () => 300, 750, ['1000 at 0', '300 at 300', '300 at 600']],
    ['a short page', (at) => (at === 0 ? 400 : 100), 550, ['1000 at 0', '400 at 400', '100 at 500']],
    ['a last page that is full', () => 250, 750, ['1000 at 0', '250 at 250', '250 at 500']],
    ['one row a page', () => 1, 3, ['1000 at 0', '1 at 1', '1 at 2']],
  ])('continues after the received rows: %s', async (_, cap, count, pages) => {
    expect(await pagesOf(count, cap)).toEqual(pages);
    expect(await pagesOf(count, cap, IDS.slice(0, count))).toEqual(pages);
  });

  it('needs one call for ids of which some do not exist', async () => {
    expect(await pagesOf(750, () => 300, [IDS[7]!, 'crs-nosuch00'])).toEqual(['1000 at 0']);
  });

  it('by id is whole when it has every id, whatever the count says', async () => {
    const { run } = clientOver(() => ({ ok: { TotalCount: 9, InstanceSet: INSTANCES.slice(0, 2) } }));
    expect(await run((cloud) => cloud.describeInstances(SCOPE, IDS.slice(0, 2)))).toHaveLength(2);
  });

  const short = (rows: readonly Row[], total: number): Line => ({
    ok: { TotalCount: total, InstanceSet: rows },
  });
  const one = row({ ZoneId: undefined });
  const EARLY = 'the server ends the list early, or has rows without a valid id';
  const CHANGING = 'when fewer instances are created and deleted';
  it.each<[string, (reading: number, at: number) => Line, string, string]>([
    [
      'that always ends early',
      (_, at) => short(at === 0 ? [one] : [], 2),
      'returned 1 of 2 instances, and the same ones when read again',
      EARLY,
    ],
    [
      'whose server ignores the offset',
      () => short([one], 2),
      'returned 1 of 2 instances, and the same ones when read again',
      EARLY,
    ],
    [
      'with a row without an id',
      (_, at) => short(at === 0 ? [one, row({ InstanceId: undefined })] : [], 2),
      'returned 1 of 2 instances, and the same ones when read again',
      EARLY,
    ],
    [
      'that changes all the time',
      (reading, at) => short(at === 0 ? [row({ InstanceId: IDS[reading], ZoneId: undefined })] : [], 2),
      'returned 1 of 2 instances, in each of 4 reads',
      CHANGING,
    ],
    [
      'whose count changes all the time',
      (reading, at) => short(at === 0 ? [one] : [], 2 + reading),
      'returned 1 of 5 instances, in each of 4 reads',
      CHANGING,
    ],
  ])('is refused with its cause: one %s', async (_, answer, problem, fix) => {
    let reading = -1;
    const { run } = clientOver(({ fields }) => {
      if (fields.Offset === 0) reading += 1;
      return answer(reading, Number(fields.Offset));
    });
    for (const read of [(cloud: Cloud) => cloud.describeInstances(SCOPE), collected]) {
      reading = -1;
      expect(await run((cloud) => read(cloud).catch((thrown: unknown) => thrown))).toMatchObject({
        code: 'provider-refused',
        message: expect.stringContaining(problem),
        fix: expect.stringContaining(fix),
      });
    }
  });

  it('page by page has each instance once, also when it changed and is read again', async () => {
    const [a, b, c] = IDS as [string, string, string];
    const pages = [[a], [], [a, b], [c]].map((ids) =>
      ids.map((InstanceId) => row({ InstanceId, ZoneId: undefined })),
    );
    const { run } = clientOver((_, count) => short(pages[count]!, 3));
    expect((await run(collected)).map(({ id }) => id)).toEqual([a, b, c]);
  });

  it.each<[string, string, boolean]>([
    ['a target', 'crs-aaaa1111', true],
    ['of another product', 'other-1234abcd', true],
    ['of another form', 'Redis_01.test', true],
    ['that only looks like a target', 'crs-AAAA1111', false],
    ['that is a path', '../../etc', false],
    ['with a blank', 'other 1', false],
    ['with a control character', 'other-1\u0000', false],
    ['of 65 characters', 'c'.repeat(65), false],
  ])('keeps an id %s or refuses the list: %s', async (_, InstanceId, kept) => {
    const { run } = clientOver(() => short([row({ InstanceId, ZoneId: undefined })], 1));
    const ids = run((cloud) => cloud.describeInstances(SCOPE)).then(
      (found) => found.map(({ id }) => id),
      () => null,
    );
    expect(await ids).toEqual(kept ? [InstanceId] : null);
  });
});
