import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import { type CredentialSources, findCredentials } from '../../../src/cloud/credentials/find-credentials.ts';
import { TransportError } from '../../../src/cloud/network/transport.ts';
import { RefitError } from '../../../src/errors.ts';

const HOME = '/home/dba';
const MINE = `${HOME}/.tencentcloud/credentials`;
const EVERYBODYS = '/etc/tencentcloud/credentials';

/** A machine without keys and without a network. */
const NOWHERE: CredentialSources = {
  env: {},
  home: HOME,
  profile: 'default',
  readFile: () => null,
  transport: {
    send: () => Promise.reject(new TransportError('getaddrinfo ENOTFOUND', false)),
    close: async () => {},
  },
  clock: new VirtualClock(),
  endpoint: null,
};

interface Case {
  env?: Record<string, string>;
  files?: Record<string, string>;
  profile?: string;
}

function find({ env = {}, files = {}, profile = 'default' }: Case) {
  return findCredentials({ ...NOWHERE, env, profile, readFile: (path) => files[path] ?? null });
}

const env = { TENCENTCLOUD_SECRET_ID: 'id-env', TENCENTCLOUD_SECRET_KEY: 'key-env' };
const ini = (section: string, from: string) =>
  `[${section}]\nsecret_id = id-${from}\nsecret_key = key-${from}\n`;
const json = (from: string) =>
  JSON.stringify({ secretId: `id-${from}`, secretKey: `key-${from}`, type: 'default' });

describe('credentials are found', () => {
  it.each<[string, Case, string, string | null]>([
    ['in the environment before any file', { env, files: { [MINE]: ini('default', 'file') } }, 'env', null],
    ['with the token of the Node SDK', { env: { ...env, TENCENTCLOUD_SESSION_TOKEN: 't1' } }, 'env', 't1'],
    ['with the token of tccli', { env: { ...env, TENCENTCLOUD_TOKEN: 't2' } }, 'env', 't2'],
    ['with the token of Terraform', { env: { ...env, TENCENTCLOUD_SECURITY_TOKEN: 't3' } }, 'env', 't3'],
    [
      "in the user's file before everybody's",
      { files: { [MINE]: ini('default', 'mine'), [EVERYBODYS]: ini('default', 'etc') } },
      'mine',
      null,
    ],
    ["in everybody's file", { files: { [EVERYBODYS]: ini('default', 'etc') } }, 'etc', null],
    [
      "in everybody's file where the user's has another profile",
      { files: { [MINE]: ini('other', 'mine'), [EVERYBODYS]: ini('default', 'etc') } },
      'etc',
      null,
    ],
    [
      'in the section of a named profile, independent of the environment',
      { env, files: { [MINE]: ini('default', 'mine') + ini('retail', 'retail') }, profile: 'retail' },
      'retail',
      null,
    ],
    [
      'with comments, quotes, a token and Windows line ends',
      {
        files: {
          [MINE]:
            '\uFEFF; mine\r\n[default]\r\n# one\r\nsecret_id="id-file"\r\nsecret_key = \'key-file\'\r\ntoken=t4\r\n',
        },
      },
      'file',
      't4',
    ],
    [
      'in the file of tccli at last',
      { files: { [`${HOME}/.tccli/retail.credential`]: json('cli') }, profile: 'retail' },
      'cli',
      null,
    ],
    [
      'in a file if the variables are set but empty',
      {
        env: { TENCENTCLOUD_SECRET_ID: '', TENCENTCLOUD_SECRET_KEY: '' },
        files: { [MINE]: ini('default', 'mine') },
      },
      'mine',
      null,
    ],
  ])('%s', async (_, given, from, token) => {
    const found = await find(given);
    expect(found.secretId).toBe(`id-${from}`);
    expect(found.secretKey.reveal()).toBe(`key-${from}`);
    expect(found.token?.reveal() ?? null).toBe(token);
  });
});

describe('Refit refuses credentials with a fix', () => {
  it.each<[string, Case, RegExp]>([
    ['if there are none', {}, /no credentials for profile default/],
    [
      'if a profile has none, although the environment has keys',
      { env, profile: 'retail' },
      /no credentials for profile retail/,
    ],
    [
      'with only an id in the environment',
      { env: { TENCENTCLOUD_SECRET_ID: 'id' } },
      /the environment has a secret id but no secret key/,
    ],
    [
      'with only a key in the environment',
      { env: { TENCENTCLOUD_SECRET_KEY: 'hush-hush' } },
      /the environment has a secret key but no secret id/,
    ],
    [
      'with half a section, although the next file has both',
      { files: { [MINE]: '[default]\nsecret_id = id\n', [EVERYBODYS]: ini('default', 'etc') } },
      /has a secret id but no secret key/,
    ],
    [
      'with a line feed in the key',
      { env: { ...env, TENCENTCLOUD_SECRET_KEY: 'hush-hush\nX: y' } },
      /secret key with a space or a character outside ASCII, or longer/,
    ],
    [
      'with a key that is not ASCII',
      { env: { ...env, TENCENTCLOUD_SECRET_KEY: 'hush-hushé' } },
      /secret key with a space or a character outside ASCII, or longer/,
    ],
    [
      'with a token that is too long',
      { env: { ...env, TENCENTCLOUD_TOKEN: 'x'.repeat(4097) } },
      /token with a space .* or longer than 4096 characters/,
    ],
    [
      'with a malformed JSON file',
      { files: { [`${HOME}/.tccli/default.credential`]: '{"secretKey":"hush-hush"' } },
      /is not JSON/,
    ],
  ])('%s', async (_, given, what) => {
    const error = await find(given).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefitError);
    expect(error).toMatchObject({
      code: 'no-credentials',
      exitCode: 12,
      message: expect.stringMatching(what),
    });
    expect((error as RefitError).fix).not.toBe('');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush-hush');
  });

  it('for an unreadable file, without quoting the reader', async () => {
    const readFile = () => {
      throw new Error('EACCES hush-hush');
    };
    const error = await findCredentials({ ...NOWHERE, readFile }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'no-credentials', message: expect.stringContaining(MINE) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush-hush');
  });

  it('for a profile name that is a path', async () => {
    await expect(find({ profile: '../../etc/passwd' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a secret', () => {
  it.each<[string, (value: unknown) => string]>([
    ['JSON', (value) => JSON.stringify(value)],
    ['inspection', (value) => inspect(value, { depth: 9, showHidden: true })],
    ['string conversion', (value) => `${Object.values(value as object).map(String)}`],
    ['a list of its properties', (value) => JSON.stringify(Object.entries(value as object).flat(2))],
  ])('does not appear in %s', async (_, show) => {
    const found = await find({ env: { ...env, TENCENTCLOUD_TOKEN: 'token-env' } });
    const shown = show(found);
    expect(shown).toContain('id-env');
    expect(shown).toContain('(hidden)');
    expect(shown).not.toContain('key-env');
    expect(shown).not.toContain('token-env');
  });
});
