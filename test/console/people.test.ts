/** The people of the console over HTTP: invitations, who is signed in, and registering a passkey. */
import { afterEach, describe, expect, it } from 'vitest';
import type { InvitedView, PeopleView, RegisteredView } from '../../src/console/api/people.ts';
import { readApprovers } from '../../src/plan/parse/read-approvers.ts';
import { HOUR } from '../../src/units.ts';
import { type Answer, answerTo, authenticator, FLAGS, register } from '../approval/authenticator.ts';
import { movableClock, startTestConsole, type TestConsole } from './test-console.ts';

const open: TestConsole[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start() {
  const clock = movableClock();
  const at = await startTestConsole({ clock });
  open.push(at);
  const admin = await at.signIn(['admin'], 'wei');
  const post = async (path: string, body: unknown, headers = admin.headers) => {
    const answer = await at.send('POST', `/api${path}`, { headers, body: JSON.stringify(body) });
    return { status: answer.status, body: JSON.parse(answer.body) };
  };
  const people = async (): Promise<PeopleView> =>
    JSON.parse((await at.send('GET', '/api/people', { headers: admin.headers })).body);
  const login = (link: string) =>
    post('/login', { token: new URL(link).hash.slice('#login='.length) }, at.ownHeaders());
  return { at, clock, admin, post, people, login };
}

describe('an invitation', () => {
  it('signs its person in once, with the roles that the admin chose', async () => {
    const { post, people, login } = await start();
    const { body } = await post('/people/invite', { name: 'jun', roles: ['approver'], hours: 24 });
    const { link, name } = body as InvitedView;
    expect(name).toBe('jun');
    expect((await people()).invited).toMatchObject([{ name: 'jun', roles: ['approver'], by: 'wei' }]);
    expect(await login(link)).toMatchObject({
      status: 200,
      body: { person: { name: 'jun', roles: ['approver'] } },
    });
    expect(await people()).toMatchObject({
      invited: [],
      signedIn: [
        { name: 'wei', isYou: true },
        { name: 'jun', isYou: false },
      ],
    });
    expect(await login(link)).toMatchObject({ status: 401 });
  });

  it('expires, and an admin can withdraw it', async () => {
    const { clock, post, people, login } = await start();
    const late = (await post('/people/invite', { name: 'jun', roles: ['viewer'], hours: 2 })).body.link;
    clock.move(2 * HOUR + 1);
    expect((await people()).invited).toEqual([]);
    expect(await login(late)).toMatchObject({ status: 401 });
    const { link } = (await post('/people/invite', { name: 'jun', roles: ['viewer'], hours: 2 })).body;
    const [{ id } = { id: '' }] = (await people()).invited;
    expect(await post('/people/withdraw', { id })).toMatchObject({ status: 200 });
    expect(await login(link)).toMatchObject({ status: 401 });
    expect(await post('/people/withdraw', { id })).toMatchObject({ status: 422 });
  });

  it.each<[string, object, RegExp]>([
    ['without a name', { name: ' ' }, /no name/],
    ['for a name with an invisible character', { name: 'j\u200bun' }, /not valid/],
    ['for a name that looks like another person', { name: 'WEI' }, /looks like wei/],
    ['without a role', { roles: [] }, /no role/],
    ['with a role that does not exist', { roles: ['admin', 'root'] }, /no role/],
    ['for a month', { hours: 720 }, /1 to 72 hours/],
    ['for half an hour', { hours: 0.5 }, /1 to 72 hours/],
  ])('is refused %s', async (_, change, reason) => {
    const { post, people } = await start();
    const answer = await post('/people/invite', { name: 'jun', roles: ['viewer'], hours: 24, ...change });
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringMatching(reason) } });
    expect((await people()).invited).toEqual([]);
  });

  it('is no way to invite others', async () => {
    const { at, post } = await start();
    for (const role of ['viewer', 'author', 'approver', 'operator'] as const) {
      const { headers } = await at.signIn([role], 'mallory');
      const invited = await post('/people/invite', { name: 'm2', roles: ['admin'], hours: 1 }, headers);
      expect(invited.status, role).toBe(403);
    }
  });
});

it('an admin signs a browser out, and its next request is refused', async () => {
  const { at, post, people } = await start();
  const jun = await at.signIn(['viewer'], 'jun');
  const { id } = (await people()).signedIn.find(({ name }) => name === 'jun')!;
  expect(await post('/people/sign-out', { id })).toMatchObject({ status: 200 });
  expect(await at.send('GET', '/api/runs', { headers: jun.headers })).toMatchObject({ status: 401 });
  expect(await post('/people/sign-out', { id })).toMatchObject({ status: 422 });
  expect(await post('/people/sign-out', { id: '__proto__' })).toMatchObject({ status: 422 });
});

describe('a passkey', () => {
  async function registering(answer: Answer = {}) {
    const all = await start();
    const { origin } = all.at.server;
    const jun = await all.at.signIn(['viewer'], 'jun');
    const own = authenticator('jun', { rp: 'localhost', origins: [origin] });
    const { options } = (await all.post('/passkey/register', {}, jun.headers)).body;
    const credential = register(own, options.challenge, { origin, ...answer });
    const send = () => all.post('/passkey/registered', { credential }, jun.headers);
    return { ...all, jun, own, options, origin, send, credential };
  }

  it('becomes an entry that a list of approvers accepts, and can be tried', async () => {
    const { post, jun, own, origin, send } = await registering();
    const { body } = await send();
    const { entry, line } = body as RegisteredView;
    const list = readApprovers(
      { need: 1, from: 'a.yaml', location: { file: 'p.yaml', line: 1, column: 1 } },
      { text: entry, file: 'a.yaml', authors: [] },
    );
    expect(list.approvals?.approvers).toEqual([{ name: 'jun', key: line }]);
    const trial = await post('/passkey/trial', { line }, jun.headers);
    const credential = answerTo(own, trial.body.options.challenge, { origin });
    expect(await post('/passkey/tried', { line, credential }, jun.headers)).toMatchObject({ status: 200 });
    // The challenge served one answer.
    expect(await post('/passkey/tried', { line, credential }, jun.headers)).toMatchObject({ status: 422 });
  });

  it('can be tried with either form of its signature, and is refused with a wrong one', async () => {
    const { post, jun, own, origin, send } = await registering();
    const { line } = (await send()).body as RegisteredView;
    const tried = async (answer: Answer) => {
      const { challenge } = (await post('/passkey/trial', { line }, jun.headers)).body.options;
      const credential = answerTo(own, challenge, { origin, ...answer });
      return (await post('/passkey/tried', { line, credential }, jun.headers)).status;
    };
    // Each signature has an even chance of the larger s.
    for (let round = 0; round < 10; round++) expect(await tried({ isRaw: true })).toBe(200);
    expect(await tried({ flags: FLAGS.present })).toBe(422);
    expect(await tried({ challenge: 'A'.repeat(43) })).toBe(422);
  });

  it.each<[string, Answer, RegExp]>([
    ['of another origin', { origin: 'http://localhost:1' }, /origin/i],
    ['for another relying party', { rp: 'evil.example' }, /RP ID/],
    ['without verification of the person', { flags: FLAGS.present | FLAGS.attested }, /verified/i],
    ['for another challenge', { challenge: 'A'.repeat(43) }, /challenge/i],
  ])('%s is not registered', async (_, answer, reason) => {
    const { send } = await registering(answer);
    expect(await send()).toMatchObject({ status: 422, body: { message: expect.stringMatching(reason) } });
  });

  it('is registered once for a challenge, and by the person who asked', async () => {
    const { at, post, send, credential } = await registering();
    const li = await at.signIn(['viewer'], 'li');
    expect(await post('/passkey/registered', { credential }, li.headers)).toMatchObject({ status: 422 });
    expect(await send()).toMatchObject({ status: 200 });
    expect(await send()).toMatchObject({ status: 422 });
  });
});
