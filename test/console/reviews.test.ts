/** Reviews over HTTP: what people see, who approves with a passkey, and the attacks on that. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import type { ApprovalTextView, ReviewView } from '../../src/console/api/reviews.ts';
import type { Role } from '../../src/console/api/roles.ts';
import type { SavedPlan } from '../../src/model.ts';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { folderRuns } from '../../src/store/folder/folder-runs.ts';
import { folderSignatures } from '../../src/store/folder/signed-files.ts';
import {
  type Answer,
  type Authenticator,
  answerTo,
  authenticator,
  FLAGS,
  passkeyApprover,
  planFor,
} from '../approval/authenticator.ts';
import { approver, HOUR, NOW } from '../approval/people.ts';
import { movableClock, startTestConsole } from './test-console.ts';

const cleaning: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean();
});

/** A console with the saved plan `night.json`, which jun and li approve with passkeys, and wei with an SSH key. */
async function start(need = 1) {
  const folder = mkdtempSync(join(tmpdir(), 'refit-reviews-'));
  cleaning.push(() => rmSync(folder, { recursive: true, force: true }));
  const clock = movableClock(NOW);
  const at = await startTestConsole({ clock, plans: await openPlanFolder(folder) });
  cleaning.push(() => at.close());
  const { origin } = at.server;
  const [jun, li] = ['jun', 'li'].map((name) => authenticator(name, { rp: 'localhost', origins: [origin] }));
  const approvers = [approver('wei'), passkeyApprover(jun!), passkeyApprover(li!)];
  const saved = planFor(approvers, need);
  const write = (plan: SavedPlan, name = 'night.json') =>
    writeFileSync(join(folder, name), encodeSavedPlan(plan));
  write(saved);
  const signIn = async (name: string, roles: readonly Role[] = ['approver']) => {
    const { headers } = await at.signIn(roles, name);
    const post = async (path: string, body: object) => {
      const answer = await at.send('POST', `/api/reviews/night.json${path}`, {
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: JSON.parse(answer.body) };
    };
    const view = async (query = ''): Promise<ReviewView> => {
      const answer = await at.send('GET', `/api/reviews/night.json${query}`, { headers });
      if (answer.status !== 200) throw new Error(answer.body);
      return JSON.parse(answer.body);
    };
    const prepare = async (wave: string | null = null): Promise<ApprovalTextView & { challenge: string }> => {
      const { status, body } = await post('/approval', { digest: saved.digest, wave, hours: 2 });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return { ...body, challenge: body.options.challenge };
    };
    const approve = async (
      own: Authenticator,
      answer: Answer = {},
      change: object = {},
      wave: string | null = null,
    ) => {
      const { text, challenge } = await prepare(wave);
      const credential = answerTo(own, challenge, { origin, ...answer });
      return post('/approved', { digest: saved.digest, wave, text, credential, ...change });
    };
    return { headers, post, view, prepare, approve };
  };
  const files = () => readdirSync(folder).filter((name) => name.startsWith('night.json.'));
  return { at, folder, clock, origin, jun: jun!, li: li!, approvers, saved, write, signIn, files };
}

describe('a review', () => {
  it('shows who must approve, who has and who still may, by name', async () => {
    const { signIn, jun } = await start(2);
    const person = await signIn('jun');
    const before = await person.view();
    expect(before.stage).toBe('unapproved');
    expect(before.approvals.map(({ wave }) => wave)).toEqual([null, 'tenth', 'rest']);
    expect(before.approvals[0]).toMatchObject({
      isEnough: false,
      lists: [
        {
          need: 2,
          have: 0,
          people: [
            { name: 'wei', state: 'open', keys: [{ kind: 'ssh' }] },
            { name: 'jun', state: 'open', keys: [{ kind: 'passkey' }] },
            { name: 'li', state: 'open' },
          ],
        },
      ],
      you: { may: true, passkeys: [jun.passkey.fingerprint] },
      command: expect.stringMatching(/^refit approve \S+night\.json$/),
    });
    expect(await person.approve(jun)).toMatchObject({
      status: 200,
      body: { by: 'jun', key: jun.passkey.fingerprint },
    });
    const after = await person.view();
    expect(after.approvals[0]!.lists[0]).toMatchObject({ have: 1 });
    expect(after.approvals[0]!.lists[0]!.people[1]).toMatchObject({
      state: 'approved',
      approval: { key: jun.passkey.fingerprint },
    });
  });

  it('shows effects, money, changes and findings in the language of the person', async () => {
    const { signIn } = await start();
    const { view } = await signIn('jun', ['viewer']);
    const [english, chinese] = [await view(), await view('?language=zh')];
    expect(english.page.effects!.rows[0]!.join(' ')).toMatch(/order/);
    expect(english.page.changes!.rows).toHaveLength(3);
    expect(english.page.changes!.columns.map(({ id }) => id)).toEqual(
      chinese.page.changes!.columns.map(({ id }) => id),
    );
    expect(chinese.page.facts.map(({ text }) => text).join('')).toMatch(/\p{Script=Han}/u);
    expect(english.page.waves.map(({ name, needsApproval }) => [name, needsApproval])).toEqual([
      ['canary', false],
      ['tenth', true],
      ['rest', true],
    ]);
  });

  it('says what comes next: apply when enough people have approved', async () => {
    const { signIn, jun } = await start();
    const person = await signIn('jun');
    expect((await person.view()).next).toMatch(/^refit approve \S+night\.json$/);
    await person.approve(jun);
    expect(await person.view()).toMatchObject({
      stage: 'ready',
      next: expect.stringMatching(/^refit apply \S+night\.json$/),
    });
  });

  it('compares a plan with an earlier seal', async () => {
    const { signIn, write, saved, approvers, at } = await start();
    write(planFor(approvers.slice(0, 2)), 'earlier.json');
    const { headers } = await signIn('jun', ['viewer']);
    const get = async (path: string) =>
      JSON.parse((await at.send('GET', `/api/reviews/night.json${path}`, { headers })).body);
    expect(await get('/others')).toEqual({ plans: ['earlier.json'], runs: [] });
    const diff = await get('/diff?plan=earlier.json');
    expect(diff).toMatchObject({ isSame: false, to: expect.stringContaining(saved.digest.slice(0, 8)) });
    expect(JSON.stringify(diff.tables)).toMatch(/2 settings/);
    expect(JSON.stringify(diff)).not.toMatch(/p50|execution|sealedAt/);
    const chinese = await get('/diff?plan=earlier.json&language=zh');
    expect(chinese.tables).toHaveLength(diff.tables.length);
    expect(chinese.tables.map(({ heading }: { heading: string }) => heading).join()).not.toMatch(/[a-z]/i);
    expect(await get('/diff?plan=nowhere.json')).toMatchObject({
      message: 'this console has no file nowhere.json',
    });
    expect(await get('/diff?plan=..%2Fetc%2Fpasswd')).toMatchObject({ code: 'usage' });
  });

  it('tells a person who cannot approve here why, and what to do', async () => {
    const { signIn, write, approvers, saved } = await start();
    const reasons = async (name: string) => (await (await signIn(name)).view()).approvals[0]!.you;
    expect(await reasons('wei')).toMatchObject({ may: false, message: expect.stringMatching(/SSH key/) });
    expect(await reasons('mallory')).toMatchObject({
      may: false,
      message: expect.stringMatching(/not an approver/),
    });
    const far = authenticator('far', { rp: 'refit.example', origins: ['https://refit.example'] });
    write(planFor([...approvers, passkeyApprover(far)]));
    expect(await reasons('far')).toMatchObject({
      may: false,
      message: expect.stringMatching(/https:\/\/refit\.example/),
    });
    write(saved);
  });
});

describe('an approval', () => {
  it('is for one wave, if the page asks for it', async () => {
    const { signIn, jun, files } = await start();
    const person = await signIn('jun');
    expect(await person.approve(jun, {}, {}, 'rest')).toMatchObject({ status: 200 });
    expect(files()).toEqual(['night.json.approval-jun.rest.json']);
    const { approvals } = await person.view();
    expect(approvals.map(({ wave, isEnough }) => [wave, isEnough])).toEqual([
      [null, false],
      ['tenth', false],
      ['rest', true],
    ]);
  });

  // biome-ignore format: one line a case
  it.each<[string, Answer, object, RegExp]>([
    ['from another origin', { origin: 'http://localhost:1' }, {}, /signed at http:\/\/localhost:1/],
    ['for another relying party', { rp: 'evil.example' }, {}, /another relying party/],
    ['without verification of the person', { flags: FLAGS.present }, {}, /did not verify the person/],
    ['without a person', { flags: FLAGS.verified }, {}, /a person was present/],
    ['to another challenge', { challenge: 'A'.repeat(43) }, {}, /its challenge/],
    ['for the plan, sent as one for a wave', {}, { wave: 'rest' }, /another plan or wave/],
    ['without its text', {}, { text: null }, /not that of an approval/],
    ['without an answer', {}, { credential: null }, /not that of a passkey/],
    ['without the digest of the page', {}, { digest: undefined }, /which digest the page showed/],
    ['with another digest', {}, { digest: 'f'.repeat(64) }, /sealed again/],
  ])('is refused %s, and nothing is kept', async (_, answer, change, reason) => {
    const { signIn, jun, files } = await start();
    const { approve } = await signIn('jun');
    const refused = await approve(jun, answer, change);
    expect(refused).toMatchObject({ status: 422, body: { message: expect.stringMatching(reason), fix: expect.stringMatching(/./) } });
    expect(files()).toEqual([]);
  });

  it('is refused when it is sent again', async () => {
    const { signIn, jun, origin, saved } = await start();
    const { prepare, post } = await signIn('jun');
    const { text, challenge } = await prepare();
    const answer = {
      digest: saved.digest,
      wave: null,
      text,
      credential: answerTo(jun, challenge, { origin }),
    };
    expect(await post('/approved', answer)).toMatchObject({ status: 200 });
    expect(await post('/approved', answer)).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/used already/) },
    });
  });

  it('is refused if its signature counter goes back', async () => {
    const { signIn, jun, clock } = await start();
    const { approve } = await signIn('jun');
    expect(await approve(jun, { counter: 7 })).toMatchObject({ status: 200 });
    clock.move(1_000);
    expect(await approve(jun, { counter: 6 }, {}, 'rest')).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/counter/) },
    });
  });

  it('is refused if its challenge is too old', async () => {
    const { signIn, jun, origin, saved, clock, files } = await start();
    const { prepare, post } = await signIn('jun');
    const { text, challenge } = await prepare();
    clock.move(HOUR / 2);
    const credential = answerTo(jun, challenge, { origin });
    const late = await post('/approved', { digest: saved.digest, wave: null, text, credential });
    expect(late).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/later than 5 minutes/) },
    });
    expect(files()).toEqual([]);
  });

  it('is refused for another plan, and if the plan was sealed again while the person looked', async () => {
    const { signIn, jun, origin, saved, write, approvers, files } = await start();
    const { prepare, post } = await signIn('jun');
    const { text, challenge } = await prepare();
    const credential = answerTo(jun, challenge, { origin });
    const other = planFor(approvers.slice(1));
    write(other);
    expect(await post('/approval', { digest: saved.digest, wave: null, hours: 1 })).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/sealed again/) },
    });
    for (const digest of [saved.digest, other.digest])
      expect(await post('/approved', { digest, wave: null, text, credential })).toMatchObject({
        status: 422,
        body: { message: expect.stringMatching(/sealed again|another plan/) },
      });
    expect(files()).toEqual([]);
  });

  it('by a viewer, an author or an operator is refused, also with a good answer', async () => {
    const { signIn, jun, origin, saved, files } = await start();
    const { text, challenge } = await (await signIn('jun')).prepare();
    const credential = answerTo(jun, challenge, { origin });
    const { post } = await signIn('jun', ['viewer', 'author', 'operator']);
    expect(await post('/approval', { digest: saved.digest, wave: null, hours: 1 })).toMatchObject({
      status: 403,
    });
    expect(await post('/approved', { digest: saved.digest, wave: null, text, credential })).toMatchObject({
      status: 403,
    });
    expect(await post('/decline', { digest: saved.digest, reason: 'no' })).toMatchObject({ status: 403 });
    expect(files()).toEqual([]);
  });

  it('in the name of somebody else is refused, also with their passkey stolen', async () => {
    const { signIn, jun, origin, saved } = await start();
    const { text, challenge } = await (await signIn('jun')).prepare();
    const { post } = await signIn('li');
    const credential = answerTo(jun, challenge, { origin });
    expect(await post('/approved', { digest: saved.digest, wave: null, text, credential })).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/an approval by jun, and this is the session of li/) },
    });
  });
});

describe('the plan of a run', () => {
  it('takes the approval of a wave into the run directory, where a live run finds it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refit-run-review-'));
    cleaning.push(() => rmSync(folder, { recursive: true, force: true }));
    const clock = movableClock(NOW);
    const reading = { stateDirectory: join(folder, 'state'), clock, host: 'ops-1' };
    const runs = folderRuns(reading, { folder: join(folder, 'runs'), shorten: (path) => path });
    const at = await startTestConsole({ clock, runs });
    cleaning.push(() => at.close());
    const { origin } = at.server;
    const jun = authenticator('jun', { rp: 'localhost', origins: [origin] });
    const saved = planFor([passkeyApprover(jun)]);
    const directory = join(folder, 'runs', 'night-1');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, 'plan.json'), encodeSavedPlan(saved), { mode: 0o600 });
    writeFileSync(join(directory, 'journal.jsonl'), '', { mode: 0o600 });
    const { headers } = await at.signIn(['approver'], 'jun');
    const post = async (path: string, body: object) =>
      JSON.parse(
        (await at.send('POST', `/api/runs/night-1/review${path}`, { headers, body: JSON.stringify(body) }))
          .body,
      );
    const asked = { digest: saved.digest, wave: 'rest' };
    const { text, options } = await post('/approval', { ...asked, hours: 2 });
    const credential = answerTo(jun, options.challenge, { origin });
    expect(await post('/approved', { ...asked, text, credential })).toMatchObject({ by: 'jun' });
    const offered = await folderSignatures(null, directory).offered('approvals');
    expect(judgeApprovals(saved, 2, offered, NOW).enough).toBe(true);
    const view = JSON.parse(
      (await at.send('GET', '/api/runs/night-1/review', { headers })).body,
    ) as ReviewView;
    expect(view).toMatchObject({
      run: 'night-1',
      approvals: [{ recordedBy: null }, {}, { wave: 'rest', isEnough: true }],
    });
  });
});

describe('a decline', () => {
  it('is shown first, blocks approvals, and only its author withdraws it', async () => {
    const { signIn, saved, jun, clock } = await start();
    const [own, other] = [await signIn('jun'), await signIn('li')];
    const { prepare } = own;
    await prepare();
    expect(await other.post('/decline', { digest: saved.digest, reason: ' ' })).toMatchObject({
      status: 422,
    });
    expect(
      await other.post('/decline', { digest: saved.digest, reason: 'wave 2 covers the sale' }),
    ).toMatchObject({ status: 200 });
    const declined = await own.view();
    expect(declined).toMatchObject({
      stage: 'declined',
      next: null,
      declines: [{ by: 'li', reason: 'wave 2 covers the sale', isYours: false }],
    });
    expect(declined.approvals[0]!.you).toMatchObject({
      may: false,
      message: expect.stringMatching(/wave 2 covers the sale/),
    });
    expect(await own.post('/approval', { digest: saved.digest, wave: null, hours: 1 })).toMatchObject({
      status: 422,
    });
    const { id } = declined.declines[0]!;
    expect(await own.post('/withdraw', { digest: saved.digest, id })).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/only the author withdraws/) },
    });
    clock.move(1_000);
    expect(await other.post('/withdraw', { digest: saved.digest, id })).toMatchObject({ status: 200 });
    expect(await own.view()).toMatchObject({ stage: 'unapproved', declines: [{ withdrawn: { by: 'li' } }] });
    expect(await own.approve(jun)).toMatchObject({ status: 200 });
  });

  it('that comes while the passkey is asked refuses the answer', async () => {
    const { signIn, saved, jun, origin, files } = await start();
    const own = await signIn('jun');
    const { text, challenge } = await own.prepare();
    await (await signIn('li')).post('/decline', { digest: saved.digest, reason: 'not tonight' });
    const credential = answerTo(jun, challenge, { origin });
    expect(await own.post('/approved', { digest: saved.digest, wave: null, text, credential })).toMatchObject(
      {
        status: 422,
        body: { message: expect.stringMatching(/not tonight/) },
      },
    );
    expect(files().filter((name) => name.includes('approval'))).toEqual([]);
  });
});

it.each(['..%2Fsaved.json', '%2Fetc%2Fpasswd', 'night.json%00', '.hidden.json', 'night.yaml%2F..'])(
  'the address %s leads to no file',
  async (name) => {
    const { at, signIn } = await start();
    const { headers } = await signIn('jun', ['viewer']);
    const answer = await at.send('GET', `/api/reviews/${name}`, { headers });
    expect([400, 404, 422]).toContain(answer.status);
    expect(answer.body).not.toMatch(/root:/);
  },
);
