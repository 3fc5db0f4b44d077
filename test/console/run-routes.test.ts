/** What the console does with one run and with saved plans, over HTTP. The run is played. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Role } from '../../src/console/api/roles.ts';
import type { StartView, StepTimeline } from '../../src/console/api/runs.ts';
import { createReplay } from '../../src/journal/replay.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import type { ConfirmedPlan } from '../../src/operations/runs/start-run.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { EachEntry, RunReader, RunsOfStore } from '../../src/store/ports.ts';
import { planFor } from '../approval/authenticator.ts';
import { approver, NOW } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { fleet, JournalWriter, savedPlan } from '../report/situations.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

const HOSTILE = '<script>alert(1)</script>\u202e';
const SAVED = savedPlan(fleet(3));
const [FIRST, SECOND] = SAVED.steps.map(({ id }) => id) as [string, string];
const ENTRIES = new JournalWriter(SAVED)
  .start()
  .wave('wave-started', 0)
  .ask(FIRST)
  .refuse(FIRST, 'ResourceUnavailable.InstanceStatusAbnormal', HOSTILE, 'wait')
  .ask(SECOND)
  .accept(SECOND)
  .end(SECOND, 'verified').entries;

const RUN = {
  ...{ kind: 'folder', name: 'runs/r1', id: 'r1' },
  readPlan: async () => SAVED,
  reportedHead: async () => null,
  async *journalPieces() {
    yield ENTRIES.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    yield '{"torn":';
  },
  async read(each: EachEntry = () => undefined) {
    const replay = createReplay(SAVED);
    for (const entry of ENTRIES) {
      each(entry, SAVED);
      replay.add(entry);
    }
    const { seq, hash } = ENTRIES.at(-1)!;
    return {
      saved: SAVED,
      state: replay.state(),
      trust: null,
      journal: { end: { seq, hash }, tornBytes: 8 },
    };
  },
} as unknown as RunReader;
const RUNS = {
  kind: 'folder',
  find: async () => RUN,
  list: async () => ({ runs: [], more: 0 }),
  signaturesOf: () => null,
} as unknown as RunsOfStore;

let at: TestConsole;
const started: ConfirmedPlan[] = [];
const asked = planFor([approver('wei')]);
const { approvals: _, ...rest } = asked;
const plans = {
  free: sealDraft({ ...rest, waves: rest.waves.map(({ approval: __, ...wave }) => wave) }),
  asked,
};
const folder = mkdtempSync(join(tmpdir(), 'refit-start-'));
beforeAll(async () => {
  for (const [name, plan] of Object.entries(plans))
    writeFileSync(join(folder, `${name}.json`), encodeSavedPlan(plan));
  at = await startTestConsole({
    ...{ runs: RUNS, clock: { ...systemClock, now: () => NOW }, plans: await openPlanFolder(folder) },
    starter: {
      async start(plan) {
        started.push(plan);
        return 'r2';
      },
      goOn: async () => undefined,
    },
  });
});
afterAll(async () => {
  await at.close();
  rmSync(folder, { recursive: true });
  expect(at.faults).toEqual([]);
});

const as = async (role: Role) => (await at.signIn([role], 'li')).headers;

describe('a run', () => {
  it('shows what happened to one step, and only that', async () => {
    const answer = await at.send('GET', '/api/runs/r1/steps/0', { headers: await as('viewer') });
    const { entries } = JSON.parse(answer.body) as StepTimeline;
    expect(entries.map(({ message }) => message.id)).toEqual(['step.read', 'step.intent', 'step.refused']);
    expect(entries.at(-1)).toMatchObject({ requestId: expect.stringMatching(/^9e0b4c11/), order: null });
  });

  it.each(['99', '-1', 'x', '1e3'])('has no step %s', async (step) => {
    const answer = await at.send('GET', `/api/runs/r1/steps/${step}`, { headers: await as('viewer') });
    expect(answer.status).toBe(422);
  });

  it('shows its report as a page that runs apart from the console', async () => {
    const headers = await as('viewer');
    const {
      status,
      headers: sent,
      body,
    } = await at.send('GET', '/api/runs/r1/report?format=html&language=zh', { headers });
    expect([status, sent['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(sent['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-.*sandbox allow-scripts;/,
    );
    expect(sent['content-security-policy']).not.toMatch(/unsafe|https?:|allow-same-origin/);
    expect(sent).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(body).toContain('<html lang="zh-CN">');
    expect(body).not.toContain('<script>alert');
  });

  it.each([
    ['json', 'application/json', 'r1.json'],
    ['csv', 'text/csv', 'r1.csv'],
    ['markdown', 'text/markdown', 'r1.md'],
  ])('gives its report as %s', async (format, type, name) => {
    const { headers } = await at.send('GET', `/api/runs/r1/report?format=${format}`, {
      headers: await as('viewer'),
    });
    expect(headers['content-type']).toBe(`${type}; charset=utf-8`);
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`);
  });

  it.each(['exe', '', '../html'])('has no report as "%s"', async (format) => {
    const answer = await at.send('GET', `/api/runs/r1/report?format=${format}`, {
      headers: await as('viewer'),
    });
    expect(answer.status).toBe(422);
  });
});

describe('starting a saved plan', () => {
  const send = async (role: Role, body: object) =>
    at.send('POST', '/api/runs', { headers: await as(role), body: JSON.stringify(body) });
  const view = async (name: string) => at.send('GET', `/api/starts/${name}`, { headers: await as('viewer') });

  it('shows what will happen, and which approvals are missing', async () => {
    const free = JSON.parse((await view('free.json')).body) as StartView;
    expect(free).toMatchObject({ digest: plans.free.digest, missing: [], run: null, store: 'folder' });
    const asked = JSON.parse((await view('asked.json')).body) as StartView;
    expect(asked.missing).toEqual([{ need: 1, have: 0, open: ['wei'] }]);
  });

  it('passes on what the person confirmed, with the name', async () => {
    const { digest } = plans.free;
    const answer = await send('operator', {
      saved: 'free.json',
      digest,
      allowHooks: true,
      by: 'somebody else',
    });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { run: 'r2' }]);
    expect(started.at(-1)).toMatchObject({
      ...{ file: join(folder, 'free.json'), allowHooks: true },
      by: { user: 'li', host: 'ops-1', pid: 1 },
    });
  });

  it.each<[string, object]>([
    ['another digest than the page showed', { saved: 'free.json', digest: plans.asked.digest }],
    ['no digest', { saved: 'free.json' }],
    ['no file', { saved: 'other.json', digest: plans.free.digest }],
    ['another folder', { saved: '../free.json', digest: plans.free.digest }],
    ['a list', []],
  ])('refuses %s', async (_, body) => {
    const before = started.length;
    expect((await send('admin', body)).status).toBe(422);
    expect(started).toHaveLength(before);
  });

  it('does not allow programs unless the person says so', async () => {
    await send('operator', { saved: 'free.json', digest: plans.free.digest, allowHooks: 'true' });
    expect(started.at(-1)?.allowHooks).toBe(false);
  });
});
