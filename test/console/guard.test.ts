/** What every request must pass, and who is signed in. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { ACTIONS, type Action, permits, ROLES, type Role } from '../../src/console/api/roles.ts';
import { refusalOf } from '../../src/console/server/answers.ts';
import { type Headers, judgeHost, judgePerson, judgeSender } from '../../src/console/server/guard.ts';
import { tooMany } from '../../src/console/server/limits.ts';
import {
  createSessions,
  IDLE_FOR,
  LOGIN_LASTS,
  MOST_SESSIONS,
  SESSION_LASTS,
} from '../../src/console/server/sessions.ts';
import { en } from '../../src/console/ui/words/en.ts';
import { fill, type Values } from '../../src/console/ui/words/fill.ts';
import { zh } from '../../src/console/ui/words/zh.ts';

const ORIGIN = 'http://localhost:8430';
const WEI = { name: 'wei', roles: ['admin'] } as const;
const SESSION = { person: WEI, csrf: 'proof' };

describe('a request is refused', () => {
  it.each<[string, Headers, number | null]>([
    ['not under the own name', { host: 'localhost:8430' }, null],
    ['under an address, because its pages could not use passkeys', { host: '127.0.0.1:8430' }, 421],
    ['under a name that was changed to lead here', { host: 'evil.example:8430' }, 421],
    ['at another port', { host: 'localhost:8431' }, 421],
    ['without a name', {}, 421],
  ])('%s', (_, headers, status) => {
    expect(judgeHost(headers, ORIGIN)?.status ?? null).toBe(status);
  });

  const own = { origin: ORIGIN, 'x-refit-csrf': 'proof' };
  it.each<[string, string, Headers, number | null]>([
    ['not from an own page', 'POST', own, null],
    ['not from an own page that reads', 'GET', { 'sec-fetch-site': 'same-origin' }, null],
    ['from another site', 'POST', { ...own, origin: 'https://evil.example' }, 403],
    ['from another site that reads', 'GET', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from another port of this host', 'POST', { ...own, 'sec-fetch-site': 'same-site' }, 403],
    ['from a page without an origin', 'POST', { ...own, origin: 'null' }, 403],
    ['from no page', 'POST', { 'x-refit-csrf': 'proof' }, 403],
    ['without proof', 'POST', { origin: ORIGIN }, 403],
    ['with the proof of another session', 'POST', { ...own, 'x-refit-csrf': 'other' }, 403],
    ['with two proofs', 'POST', { ...own, 'x-refit-csrf': ['proof', 'proof'] }, 403],
  ])('%s', (_, method, headers, status) => {
    expect(judgeSender(method, headers, ORIGIN, SESSION)?.status ?? null).toBe(status);
  });

  it('to somebody who is not signed in, or lacks the role', () => {
    expect(judgePerson(null, 'see')).toMatchObject({ status: 401, fix: expect.any(String) });
    const viewer = { ...SESSION, person: { name: 'li', roles: ['viewer'] as const } };
    expect(judgePerson(viewer, 'see')).toBe(null);
    expect(judgePerson(viewer, 'control')).toMatchObject({
      status: 403,
      message: expect.stringContaining('li'),
    });
  });
});

describe('the roles', () => {
  const CELLS: Readonly<Record<Action, readonly Role[]>> = {
    see: ['viewer', 'author', 'approver', 'operator', 'admin'],
    plan: ['author', 'admin'],
    approve: ['approver', 'admin'],
    control: ['operator', 'admin'],
    manage: ['admin'],
  };
  it.each(
    (Object.keys(ACTIONS) as Action[]).flatMap((action) => ROLES.map((role) => [role, action] as const)),
  )('%s: %s', (role, action) => {
    expect(permits([role], action)).toBe(CELLS[action].includes(role));
  });

  it('add up, and nobody has one by default', () => {
    expect(permits(['viewer', 'operator'], 'control')).toBe(true);
    expect(permits([], 'see')).toBe(false);
  });
});

/** Sessions in virtual time. */
function stage() {
  const clock = new VirtualClock();
  let count = 0;
  const sessions = createSessions(clock, () => `secret-${count++}`);
  const pass = (ms: number) => clock.run(() => clock.sleep(ms));
  return { sessions, pass };
}

describe('a session', () => {
  it('begins with a token that works once', () => {
    const { sessions } = stage();
    const token = sessions.offerLogin(WEI);
    const cookie = sessions.login(token)!;
    expect(sessions.of(cookie)?.person).toBe(WEI);
    expect(sessions.login(token)).toBe(null);
    expect(sessions.login('secret-99')).toBe(null);
    expect([sessions.of(undefined), sessions.of(''), sessions.of(token)]).toEqual([null, null, null]);
  });

  it.each([
    ['a token', LOGIN_LASTS],
    ['an idle session', IDLE_FOR],
  ])('%s is void after its time', async (_, lasts) => {
    const { sessions, pass } = stage();
    const [late, early] = [sessions.offerLogin(WEI), sessions.offerLogin(WEI)];
    const cookie = sessions.login(early)!;
    await pass(lasts + 1);
    expect(lasts === LOGIN_LASTS ? sessions.login(late) : sessions.of(cookie)).toBe(null);
  });

  it('ends after a day, however busy', async () => {
    const { sessions, pass } = stage();
    const cookie = sessions.login(sessions.offerLogin(WEI))!;
    for (let hours = 0; hours * 3_600_000 < SESSION_LASTS; hours += 4) {
      expect(sessions.of(cookie)).not.toBe(null);
      await pass(4 * 3_600_000);
    }
    await pass(1);
    expect(sessions.of(cookie)).toBe(null);
  });

  it('ends at the end of signing out, and when too many follow that are used later', () => {
    const { sessions } = stage();
    const [kept, ended, dropped] = [sessions.begin(WEI), sessions.begin(WEI), sessions.begin(WEI)];
    sessions.end(ended);
    expect(sessions.of(ended)).toBe(null);
    for (let more = 0; more < MOST_SESSIONS - 1; more++) {
      sessions.begin(WEI);
      sessions.of(kept);
    }
    expect([sessions.of(dropped), sessions.of(kept)?.person]).toEqual([null, WEI]);
  });
});

describe('a refusal of the guard', () => {
  const headers = { origin: 'https://evil.example' };
  it.each([
    ['signed out', judgePerson(null, 'see')],
    ['not permitted', judgePerson({ person: { name: 'wei', roles: ['viewer', 'author'] } }, 'control')],
    ['another page', judgeSender('POST', headers, 'http://localhost:1', null)],
    ['too many', tooMany('request', 7)],
    ['too large', refusalOf({ statusCode: 413 }, () => undefined)],
    ['a fault', refusalOf(new Error(), () => undefined)],
  ])('has words in both languages: %s', (_, refused) => {
    const { id, params } = refused!.about!;
    const [what, fix] = [id, `${id}.fix`] as (keyof typeof en)[];
    const values = params as Values;
    expect(fill(en[fix!], values)).toBe(refused!.fix);
    for (const word of [what!, fix!]) expect(fill(zh[word], values)).toMatch(/^(?=.*[\u4e00-\u9fff])[^{}]*$/);
  });
});
