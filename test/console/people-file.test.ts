/** The file of `serve --people`, and the proxies of `--proxy`. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../src/console/api/roles.ts';
import { parsePeople, readPeople } from '../../src/operations/people/read-people.ts';
import { proxiesFrom } from '../../src/operations/people/trusted-proxies.ts';

const WHOLE = [
  'version: 1',
  'issuer: https://login.example.com/realms/ops',
  'clientId: refit',
  'scopes: [openid, email, groups]',
  'claims: { name: email, groups: roles }',
  'domains: [example.com]',
  'roles:',
  '  viewer: [engineering]',
  '  admin: [redis-admins, "运维"]',
  'defaultRole: viewer',
];
const changed = (line: number, text: string) => WHOLE.with(line, text).join('\n');

describe('a file of people', () => {
  it('says how people sign in, and which groups have which roles', () => {
    expect(parsePeople(WHOLE.join('\n'), 'people.yaml')).toEqual({
      findings: [],
      people: {
        ...{ issuer: 'https://login.example.com/realms/ops', clientId: 'refit', defaultRole: 'viewer' },
        ...{ scopes: ['openid', 'email', 'groups'], nameClaim: 'email', groupsClaim: 'roles' },
        domains: ['example.com'],
        roles: { viewer: ['engineering'], admin: ['redis-admins', '运维'] },
      },
    });
  });

  it.each<[string, string, number, RegExp]>([
    ['a secret', `${WHOLE.join('\n')}\nclientSecret: hunter2`, 11, /clientSecret/],
    ['a misspelt role', changed(7, '  viewers: [engineering]'), 8, /viewers/],
    ['an issuer over http', changed(1, 'issuer: http://login.example.com'), 2, /issuer/],
    ['an issuer with a query', changed(1, 'issuer: https://login.example.com/?a=b'), 2, /issuer/],
    ['an issuer with a user', changed(1, 'issuer: https://a:b@login.example.com'), 2, /issuer/],
    ['scopes without openid', changed(3, 'scopes: [email]'), 4, /scopes/],
    ['a role without groups', changed(7, '  viewer: []'), 8, /viewer/],
    ['a group that is a number', changed(7, '  viewer: [7]'), 8, /viewer/],
    ['another version', changed(0, 'version: 2'), 1, /version/],
    ['a role of its own', changed(9, 'defaultRole: root'), 10, /defaultRole/],
    ['no roles', WHOLE.slice(0, 6).join('\n'), 1, /roles/],
    ['nothing', '', 1, /empty/],
    ['a list', '- viewer', 1, /keys with values/],
    ['a text that is no YAML', 'version: 1\nissuer: [', 2, /./],
  ])('with %s is refused, with the line', (_, text, line, message) => {
    const { people, findings } = parsePeople(text, 'people.yaml');
    expect(people).toBe(null);
    expect(findings[0]).toMatchObject({ message: expect.stringMatching(message), location: { line } });
    expect(findings[0]!.fix ?? findings[0]!.example, findings[0]!.message).toEqual(expect.any(String));
  });

  it.each(ROLES)('knows the role %s of the console', (role) => {
    const roles = { people: { roles: { [role]: ['engineering'] } }, findings: [] };
    expect(
      parsePeople(changed(7, `  ${role}: [engineering]`).replace(/\n {2}admin: \[redis.*/, ''), 'p'),
    ).toMatchObject(roles);
  });

  it('is refused if somebody else can write to it, because it says who is an admin', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'refit-people-'));
    test.onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'people.yaml');
    await writeFile(file, WHOLE.join('\n'), { mode: 0o600 });
    expect(await readPeople(file)).toMatchObject({ clientId: 'refit' });
    await chmod(file, 0o666);
    await expect(readPeople(file)).rejects.toMatchObject({ code: 'file-refused' });
    await chmod(file, 0o600);
    await writeFile(file, changed(7, '  viewers: [x]'));
    await expect(readPeople(file)).rejects.toMatchObject({
      ...{ code: 'usage', message: expect.stringMatching(/people\.yaml:8:3: .*viewers/) },
    });
  });
});

describe('--proxy', () => {
  it('reads addresses and networks', () => {
    expect(proxiesFrom('10.0.0.5, 192.168.0.0/16,2001:db8::/32')).toEqual([
      ...['10.0.0.5', '192.168.0.0/16', '2001:db8::/32'],
    ]);
    expect(proxiesFrom(undefined)).toEqual([]);
  });

  it.each([
    '',
    '10.0.0.5,',
    'proxy.example',
    '10.0.0.0/33',
    '10.0.0.0/x',
    '1.2.3.4/8/9',
    '0.0.0.0/0',
    '::/0',
  ])('refuses %s', (typed) => {
    expect(() => proxiesFrom(typed)).toThrow(/--proxy/);
  });
});
