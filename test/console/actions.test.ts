/** The record of what people do in the console. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { ActionList } from '../../src/console/api/actions.ts';
import { QUESTIONS } from '../../src/console/server/action-record.ts';
import { ROUTES } from '../../src/console/server/routes/routes.ts';
import { actions as en } from '../../src/console/ui/words/en/actions.ts';
import { actions as zh } from '../../src/console/ui/words/zh/actions.ts';
import {
  ACTION_LOG_FILE,
  type ActionEvent,
  type ActionLog,
  openActionLog,
  REFUSALS_RECORDED,
} from '../../src/operations/people/action-log.ts';
import { startTestConsole } from './test-console.ts';

const PAUSE: ActionEvent = {
  ...{ kind: 'done', person: 'wei', from: '127.0.0.1', action: 'POST /runs/:id/control', code: null },
  values: { id: 'r1', command: 'pause' },
};

async function folder(): Promise<string> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'refit-actions-'));
  onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
  return stateDirectory;
}

const open = (stateDirectory: string, largest?: number): ActionLog =>
  openActionLog({
    ...{ stateDirectory, host: 'ops-1', clock: systemClock },
    ...(largest === undefined ? {} : { largest }),
  });

describe('the log of actions', () => {
  it('is one chain, also if two consoles write at the same time', async () => {
    const at = await folder();
    const [one, two] = [open(at), open(at)];
    await Promise.all(
      Array.from({ length: 10 }, (_, nth) => (nth % 2 ? one : two).append({ ...PAUSE, values: { nth } })),
    );
    const { entries, more } = await open(at).read(100);
    expect([entries.map(({ seq }) => seq), more]).toEqual([[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], false]);
    expect(await open(at).read(3)).toMatchObject({
      more: true,
      entries: [{ seq: 10 }, { seq: 9 }, { seq: 8 }],
    });
  });

  it('starts a new file when one is full, and the new one holds the end of the old one', async () => {
    const at = await folder();
    const [one, two] = [open(at, 1_000), open(at, 1_000)];
    for (let nth = 0; nth < 9; nth++) await (nth % 2 ? one : two).append({ ...PAUSE, values: { nth } });
    const names = (await readdir(at)).filter((name) => name.endsWith('.jsonl')).sort();
    expect(names.length).toBeGreaterThan(1);
    let first = '';
    for (const name of names) {
      const lines = (await readFile(join(at, name), 'utf8')).trim().split('\n');
      const [head] = lines.map((line) => JSON.parse(line));
      if (name !== names[0]) expect([head.kind, head.after.hash]).toEqual(['continued', first]);
      first = JSON.parse(lines.at(-1)!).hash;
    }
    expect(await open(at).read(100)).toMatchObject({ more: false });
  });

  it('goes on after a process that died in the middle of a line', async () => {
    const at = await folder();
    await open(at).append(PAUSE);
    const path = join(at, ACTION_LOG_FILE);
    await writeFile(path, `${await readFile(path, 'utf8')}{"action":"POST`);
    await open(at).append(PAUSE);
    expect((await open(at).read(9)).entries.map(({ seq }) => seq)).toEqual([2, 1]);
  });

  it('says which line somebody changed, and adds nothing to it', async () => {
    const at = await folder();
    for (let nth = 0; nth < 3; nth++) await open(at).append(PAUSE);
    const path = join(at, ACTION_LOG_FILE);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"person":"wei"', '"person":"mei"'));
    const refused = { code: 'journal-broken', message: expect.stringMatching(/line 1/) };
    await expect(open(at).read(9)).rejects.toMatchObject(refused);
    await expect(open(at).append(PAUSE)).rejects.toMatchObject(refused);
  });
});

describe('the console', () => {
  const start = async (log?: ActionLog) => {
    const actions = log ?? open(await folder());
    const at = await startTestConsole({ actions });
    onTestFinished(() => at.close());
    const recorded = async () => {
      const { entries } = await actions.read(1_000);
      return [...entries].reverse() as unknown as ActionEvent[];
    };
    return { at, recorded };
  };

  it('records who signed in, what they changed, what was refused, and who signed out', async () => {
    const { at, recorded } = await start();
    const { headers } = await at.signIn(['operator'], 'wei');
    await at.send('POST', '/api/runs/r1/control', { headers, body: '{"command":"pause"}' });
    await at.send('GET', '/api/runs', { headers });
    const invitation = { headers, body: '{"name":"mei","roles":["admin"]}' };
    await at.send('POST', '/api/people/invite', invitation);
    await at.send('POST', '/api/logout', { headers, body: '{}' });
    const from = '127.0.0.1';
    expect(await recorded()).toMatchObject([
      { kind: 'sign-in', person: 'wei', from, action: 'link', values: { roles: 'operator' } },
      {
        ...{ kind: 'failed', person: 'wei', from, action: 'POST /runs/:id/control', code: 'usage' },
        values: { id: 'r1', command: 'pause' },
      },
      {
        ...{ kind: 'refused', person: 'wei', action: 'POST /people/invite', code: 'not-permitted' },
        values: { name: 'mei', roles: 'admin' },
      },
      { kind: 'sign-out', person: 'wei' },
    ]);
  });

  it('records what was done, and shows it to admins as it is, without secrets', async () => {
    const { at } = await start();
    const { headers } = await at.signIn(['admin'], 'wei');
    const body = JSON.stringify({
      name: 'mei',
      roles: ['viewer'],
      hours: 24,
      note: 'a\u202eb',
      token: 'hunter2',
      text: 'x'.repeat(9_999),
    });
    expect((await at.send('POST', '/api/people/invite', { headers, body })).status).toBe(200);
    const shown = JSON.parse((await at.send('GET', '/api/actions', { headers })).body) as ActionList;
    expect(shown.actions[0]).toMatchObject({
      ...{ kind: 'done', person: 'wei', action: 'POST /people/invite' },
      values: [
        { name: 'hours', value: '24' },
        { name: 'name', value: 'mei' },
        { name: 'note', value: expect.stringMatching(/^a\\u\{?202e\}?b$/i) },
        { name: 'roles', value: 'viewer' },
      ],
    });
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|xxxx/);
    const viewer = await at.signIn(['viewer', 'operator', 'approver', 'author']);
    expect((await at.send('GET', '/api/actions', viewer)).status).toBe(403);
  });

  it.each([
    ['person=WEI', ['POST /plans/save', 'POST /runs/:id/control', 'link']],
    ['about=R1', ['POST /runs/:id/control']],
    ['action=POST%20/plans/save', ['POST /plans/save', 'POST /plans/save']],
    ['action=sign-in&person=mei', ['link']],
    ['kind=refused', ['POST /plans/save']],
    ['person=wei&about=grow&kind=failed', ['POST /plans/save']],
    ['person=nobody', []],
    [
      'kind=failed&kind=done',
      ['POST /plans/save', 'link', 'POST /plans/save', 'POST /runs/:id/control', 'link'],
    ],
  ])('finds what people did by %s', async (search, found) => {
    const { at } = await start();
    const { headers } = await at.signIn(['admin'], 'wei');
    await at.send('POST', '/api/runs/r1/control', { headers, body: '{"command":"pause"}' });
    const body = '{"name":"grow.yaml"}';
    await at.send('POST', '/api/plans/save', { headers, body });
    const mei = await at.signIn(['viewer'], 'mei');
    await at.send('POST', '/api/plans/save', { headers: mei.headers, body });
    const { actions } = JSON.parse(
      (await at.send('GET', `/api/actions?${search}`, { headers })).body,
    ) as ActionList;
    expect(actions.map(({ action }) => action)).toEqual(found);
  });

  it('has a word for every change, in both languages', () => {
    const words = ROUTES.filter(({ method, path }) => method !== 'GET' && !QUESTIONS.has(path)).map(
      ({ method, path }) => `act.${method} ${path}`,
    );
    for (const language of [en, zh])
      expect(
        Object.keys(language)
          .filter((word) => word.startsWith('act.'))
          .sort(),
      ).toEqual(words.sort());
  });

  it('bounds what strangers can write, and counts what it leaves out', async () => {
    const { at, recorded } = await start();
    const attack = () =>
      at.send('POST', '/api/runs/r1/control', { headers: at.ownHeaders(), body: '{"command":"abort"}' });
    for (let nth = 0; nth < REFUSALS_RECORDED.most + 20; nth++) expect((await attack()).status).toBe(401);
    expect(await recorded()).toHaveLength(REFUSALS_RECORDED.most);
  });

  it('answers although the record cannot be written, and says so in its log', async () => {
    const at = await folder();
    await mkdir(join(at, ACTION_LOG_FILE));
    const console = await startTestConsole({ actions: open(at) });
    onTestFinished(() => console.close());
    const { headers } = await console.signIn(['viewer']);
    expect((await console.send('GET', '/api/runs', { headers })).status).toBe(200);
    expect(console.faults.map(String).join()).toMatch(/console-actions\.jsonl/);
  });

  it('leaves out only addresses that it has', () => {
    const posts = ROUTES.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect([...QUESTIONS].filter((path) => !posts.includes(path))).toEqual([]);
  });
});
