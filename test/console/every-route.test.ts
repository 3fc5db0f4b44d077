/** Every address of the console: what changes something is on record, and what only asks changes nothing. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { PeopleView } from '../../src/console/api/people.ts';
import { QUESTIONS } from '../../src/console/server/action-record.ts';
import { ROUTES } from '../../src/console/server/routes/routes.ts';
import { type ActionLog, openActionLog } from '../../src/operations/people/action-log.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { authenticator, passkeyApprover, planFor } from '../approval/authenticator.ts';
import { NOW } from '../approval/people.ts';
import { movableClock, startTestConsole, type TestConsole } from './test-console.ts';

const PLAN =
  'version: 1\nname: grow\ntargets: [{ instance: crs-aaaa1111, region: ap-guangzhou, memoryPerShard: 8GB }]\n';

let folder: string;
let state: string;
let actions: ActionLog;
let at: TestConsole;
let headers: NodeJS.Dict<string>;
let digest: string;
let started = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-routes-'));
  state = await mkdtemp(join(tmpdir(), 'refit-routes-state-'));
  actions = openActionLog({ stateDirectory: state, host: 'ops-1', clock: systemClock });
  const start = async () => {
    started += 1;
    return null;
  };
  at = await startTestConsole({
    ...{ actions, clock: movableClock(NOW), plans: await openPlanFolder(folder) },
    starter: { start, goOn: async () => void (await start()) },
  });
  const jun = authenticator('jun', { rp: 'localhost', origins: [at.server.origin] });
  const saved = planFor([passkeyApprover(jun)], 1);
  digest = saved.digest;
  await writeFile(join(folder, 'night.json'), encodeSavedPlan(saved));
  await writeFile(join(folder, 'grow.yaml'), PLAN);
  headers = (await at.signIn(['admin'], 'jun')).headers;
});
afterAll(async () => {
  await at.close();
  for (const one of [folder, state]) await rm(one, { recursive: true, force: true });
});

const send = (path: string, body: object) =>
  at.send('POST', `/api${path}`, { headers, body: JSON.stringify(body) });

const changing = ROUTES.filter(({ method, path }) => method !== 'GET' && !QUESTIONS.has(path));

describe('what changes something is on record with the person', () => {
  it.each(changing.map(({ method, path }) => [`${method} ${path}`, path]))('%s', async (name, path) => {
    const before = (await actions.read(1)).entries[0]!.seq;
    // It does nothing, because the body lacks everything; that it was tried is on record.
    expect((await send(path.replace(/:\w+/g, 'r1'), {})).status).toBe(422);
    const { entries } = await actions.read(9);
    expect(entries[0]).toMatchObject({ kind: 'failed', seq: before + 1, person: 'jun', action: name });
  });
});

/** What people could change: files, who is signed in and invited, started runs, and the record itself. */
async function everything() {
  const names = (await readdir(folder, { recursive: true })).sort();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]),
  );
  const { body } = await at.send('GET', '/api/people', { headers });
  const { signedIn, invited } = JSON.parse(body) as PeopleView;
  const people = [signedIn.map(({ id, roles }) => [id, roles]), invited];
  return { files, people, started, entries: (await actions.read(1_000)).entries };
}

describe('what only asks changes nothing, and is not on record', () => {
  const plan = { name: 'grow.yaml', text: PLAN, language: 'en' };
  const asked: readonly (readonly [path: string, at: string, body: () => object, status: number])[] = [
    ['/plans/validate', '/plans/validate', () => plan, 200],
    ['/plans/dry-run', '/plans/dry-run', () => ({ ...plan, inventory: 'none.json' }), 422],
    ['/plans/starter', '/plans/starter', () => ({ regions: ['ap-guangzhou'] }), 200],
    [
      '/reviews/:name/approval',
      '/reviews/night.json/approval',
      () => ({ digest, wave: null, hours: 2 }),
      200,
    ],
    ['/runs/:id/review/approval', '/runs/r1/review/approval', () => ({ digest, hours: 2 }), 422],
    ['/passkey/register', '/passkey/register', () => ({}), 200],
    ['/passkey/trial', '/passkey/trial', () => ({}), 422],
  ];

  it('each of them is tried here', () => {
    expect(asked.map(([path]) => path).sort()).toEqual([...QUESTIONS].sort());
  });

  it.each(asked)('%s', async (_, path, body, status) => {
    const before = await everything();
    const answer = await send(path, body());
    expect(answer.status, answer.body).toBe(status);
    expect(await everything()).toEqual(before);
  });
});
