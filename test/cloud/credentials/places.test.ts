import { describe, expect, it } from 'vitest';
import { searchCredentials } from '../../../src/cloud/credentials/find-credentials.ts';
import { FileRefused } from '../../../src/files/file-refused.ts';
import { HOME, type Machine, machine } from '../key-services.ts';

const MINE = `${HOME}/.tencentcloud/credentials`;
const SYSTEM = '/etc/tencentcloud/credentials';
const TCCLI = `${HOME}/.tccli/default.credential`;
const INI = '[default]\nsecret_id=id-mine\nsecret_key=key-mine\n';
const JSON_KEYS = '{"secretId":"id-cli","secretKey":"key-cli"}';
const env = { TENCENTCLOUD_SECRET_ID: 'id-env', TENCENTCLOUD_SECRET_KEY: 'key-env' };

async function search(given: Machine) {
  const at = machine(given);
  const found = await at.clock.run(() => searchCredentials(at.places));
  return {
    ...found,
    asked: at.asked,
    lines: found.places.map((one) => `${one.place}: ${one.state}, ${one.reason}`),
  };
}

describe('every place of keys is shown in order, with the reason', () => {
  it('if the first has keys: later files are read, and no service is asked', async () => {
    const found = await search({ env, files: { [MINE]: INI, [TCCLI]: JSON_KEYS }, role: 'r' });
    expect(found.lines).toEqual([
      'the environment: used, is used',
      `${MINE}: skipped, has keys: the environment comes first`,
      `${SYSTEM}: absent, does not exist`,
      `${TCCLI}: skipped, has keys: the environment comes first`,
      'the role of this machine: not-asked, is not asked: the environment comes first',
      'the identity of this pod: absent, has no TKE_REGION, TKE_PROVIDER_ID, TKE_WEB_IDENTITY_TOKEN_FILE, TKE_ROLE_ARN',
    ]);
    expect(found.keys?.secretId).toBe('id-env');
    expect(found.asked).toEqual([]);
  });

  it('if a place is not understood: it ends the search', async () => {
    const found = await search({ files: { [MINE]: `[default] # x\n`, [TCCLI]: JSON_KEYS }, role: 'r' });
    expect(found.lines).toEqual([
      'the environment: absent, has no TENCENTCLOUD_SECRET_ID and no TENCENTCLOUD_SECRET_KEY',
      `${MINE}: refused, ${MINE}:1: a comment after a section`,
      `${SYSTEM}: absent, does not exist`,
      `${TCCLI}: skipped, has keys: ${MINE} comes first`,
      `the role of this machine: not-asked, is not asked: ${MINE} comes first`,
      expect.stringMatching(/^the identity of this pod: absent/),
    ]);
    expect([found.keys, found.problem?.message]).toEqual([null, `${MINE}:1: a comment after a section`]);
    expect(found.asked).toEqual([]);
  });

  it('if a later place is not understood: it is named, and the keys count', async () => {
    const found = await search({ env, files: { [TCCLI]: 'x' } });
    expect(found.lines[3]).toBe(`${TCCLI}: refused, ${TCCLI}:1: the file is not JSON`);
    expect([found.keys?.secretId, found.problem]).toEqual(['id-env', null]);
  });

  it('if a profile is named: the places that it rules out', async () => {
    const found = await search({
      env,
      files: { [MINE]: INI.replace('default', 'retail') },
      profile: 'retail',
      role: 'r',
    });
    expect(found.places.map(({ state }) => state)).toEqual([
      'excluded',
      'used',
      'absent',
      'absent',
      'excluded',
      'excluded',
    ]);
    expect(found.lines[0]).toBe('the environment: excluded, is not for the named profile retail');
  });

  it('if no place has keys: the error of the search', async () => {
    const found = await search({ role: null });
    expect(found.places.map(({ state }) => state)).toEqual(Array(6).fill('absent'));
    expect(found.problem).toMatchObject({
      code: 'no-credentials',
      message: 'no credentials for profile default',
    });
  });

  it('if a variable names the file: only that file', async () => {
    const found = await search({ env: { TENCENTCLOUD_CREDENTIALS_FILE: '/named' }, files: { [MINE]: INI } });
    expect(found.places.map(({ place }) => place)).not.toContain(MINE);
    expect(found.lines[1]).toBe(
      '/named: refused, TENCENTCLOUD_CREDENTIALS_FILE names /named, which does not exist',
    );
  });

  it.each([
    [MINE, 'refused', `${MINE} exists but cannot be read: permission denied`],
    [SYSTEM, 'absent', 'is not readable by this user'],
  ])('if this user may not read %s', async (closed, state, reason) => {
    const at = machine({ files: { [TCCLI]: JSON_KEYS } });
    const refusal = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const readFile = (path: string) => {
      if (path === closed) throw new FileRefused('the credentials file', path, refusal);
      return at.places.readFile(path);
    };
    const found = await at.clock.run(() => searchCredentials({ ...at.places, readFile }));
    expect(found.places.find(({ place }) => place === closed)).toMatchObject({ state, reason });
    expect(found.keys === null).toBe(state === 'refused');
  });
});
