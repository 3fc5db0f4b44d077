/** What a hostile or broken provider can answer: tokens that are signed, aimed or timed wrongly. No socket is used. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { type HttpRequest, type Transport, TransportError } from '../../src/cloud/network/transport.ts';
import { openSignIn } from '../../src/operations/people/open-sign-in.ts';
import type { PeopleSettings } from '../../src/operations/people/read-people.ts';

const ISSUER = 'https://login.example.com/realms/ops';
const PEOPLE: PeopleSettings = {
  ...{ issuer: ISSUER, clientId: 'refit', scopes: ['openid'], nameClaim: null, groupsClaim: 'groups' },
  ...{ domains: null, roles: { operator: ['ops'] }, defaultRole: null },
};
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [KEY, OTHER] = [pair(), pair()];
const CALLBACK = 'https://refit.example.com/api/oidc/callback';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Token {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  key: KeyObject | string | null;
}

/** What the provider does; a test changes it. */
interface Story {
  token: (token: Token) => void;
  metadata: Record<string, unknown>;
  keys: readonly { readonly kid: string; readonly key: KeyObject }[];
  userinfo: unknown;
  fail: (request: HttpRequest) => number | 'silent' | null;
}

function seal({ header, claims, key }: Token): string {
  const text = `${encode(header)}.${encode(claims)}`;
  const signature =
    key === null
      ? ''
      : typeof key === 'string'
        ? createHmac('sha256', key).update(text).digest('base64url')
        : sign('sha256', Buffer.from(text), key).toString('base64url');
  return `${text}.${signature}`;
}

function stage(story: Partial<Story> = {}) {
  const now = () => Math.floor(Date.now() / 1_000);
  let nonce = '';
  const asked: HttpRequest[] = [];
  const keys = story.keys ?? [{ kid: 'one', key: KEY.publicKey }];
  const tokenAnswer = () => {
    const token: Token = {
      header: { alg: 'RS256', kid: 'one' },
      claims: {
        ...{ iss: ISSUER, aud: 'refit', sub: '248289', nonce, iat: now(), exp: now() + 300 },
        ...{ email: 'wei@example.com', email_verified: true, groups: ['ops'] },
      },
      key: KEY.privateKey,
    };
    story.token?.(token);
    return { access_token: 'opaque', token_type: 'Bearer', id_token: seal(token) };
  };
  const bodyOf = (path: string): unknown => {
    if (path.endsWith('/.well-known/openid-configuration'))
      return {
        ...{ issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token` },
        ...{ jwks_uri: `${ISSUER}/keys`, userinfo_endpoint: `${ISSUER}/me` },
        ...{ response_types_supported: ['code'], id_token_signing_alg_values_supported: ['RS256'] },
        ...story.metadata,
      };
    if (path.endsWith('/keys'))
      return { keys: keys.map(({ kid, key }) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' })) };
    return path.endsWith('/token') ? tokenAnswer() : story.userinfo;
  };
  const transport: Transport = {
    async send(request) {
      asked.push(request);
      const failure = story.fail?.(request) ?? null;
      if (failure === 'silent') throw new TransportError('no answer within 10000 ms', true);
      const body = JSON.stringify(bodyOf(request.get ?? request.path!));
      return { status: failure ?? 200, contentType: 'application/json', body };
    },
    close: async () => undefined,
  };
  const signIn = openSignIn({ people: PEOPLE, env: {}, clock: new VirtualClock(), transport });
  return {
    asked,
    async run() {
      const { proof } = await signIn.begin(CALLBACK);
      ({ nonce } = proof);
      return await signIn.finish(new URL(`${CALLBACK}?code=abc&state=${proof.state}`), proof);
    },
    begin: () => signIn.begin(CALLBACK),
    again: (proof: Awaited<ReturnType<typeof signIn.begin>>['proof']) =>
      signIn.finish(new URL(`${CALLBACK}?code=abc&state=${proof.state}`), proof),
  };
}

const soon = (token: Token, seconds: number) => {
  for (const name of ['iat', 'exp']) token.claims[name] = Number(token.claims[name]) + seconds;
};

describe('an id token', () => {
  it('signs in, and only the code, the secret of PKCE and no secret of the client leave', async () => {
    const { run, asked } = stage();
    expect(await run()).toEqual({
      ...{ name: 'wei@example.com', roles: ['operator'], subject: '248289', groups: ['ops'] },
    });
    const sent = asked.find(({ path }) => path?.endsWith('/token'))!;
    expect(Object.fromEntries(new URLSearchParams(sent.body))).toMatchObject({
      ...{ code: 'abc', redirect_uri: CALLBACK, code_verifier: expect.stringMatching(/^[\w-]{43}$/) },
    });
  });

  it.each<[string, (token: Token) => void]>([
    ['with another nonce', ({ claims }) => Object.assign(claims, { nonce: 'x'.repeat(43) })],
    ['without a nonce', ({ claims }) => Reflect.deleteProperty(claims, 'nonce')],
    ['of another issuer', ({ claims }) => Object.assign(claims, { iss: 'https://login.example.com' })],
    ['for another client', ({ claims }) => Object.assign(claims, { aud: 'grafana' })],
    ['for two clients without a party', ({ claims }) => Object.assign(claims, { aud: ['refit', 'grafana'] })],
    ['that has expired', (token) => soon(token, -3_600)],
    [
      'of two minutes in the future',
      ({ claims }) => Object.assign(claims, { nbf: Number(claims.iat) + 120 }),
    ],
    ['without an end', ({ claims }) => Reflect.deleteProperty(claims, 'exp')],
    ['without a subject', ({ claims }) => Reflect.deleteProperty(claims, 'sub')],
    ['with a subject that is a list', ({ claims }) => Object.assign(claims, { sub: ['248289'] })],
    ['signed by another key', (token) => Object.assign(token, { key: OTHER.privateKey })],
    ['signed by a key that is not there', ({ header }) => Object.assign(header, { kid: 'two' })],
    ['without a signature', (token) => Object.assign(token, { header: { alg: 'none' }, key: null })],
    [
      'signed with the public key as a secret',
      (token) => {
        token.header.alg = 'HS256';
        token.key = KEY.publicKey.export({ format: 'pem', type: 'spki' }).toString();
      },
    ],
    ['with a critical header', ({ header }) => Object.assign(header, { crit: ['exp'] })],
  ])('%s signs nobody in', async (_, token) => {
    await expect(stage({ token }).run()).rejects.toMatchObject({ reason: 'invalid' });
  });

  it.each([-50, 50])('of a provider whose clock is %d s off signs in', async (seconds) => {
    const person = await stage({ token: (token) => soon(token, seconds) }).run();
    expect(person.name).toBe('wei@example.com');
  });

  it('of a key that the provider uses since then signs in', async () => {
    const story: Partial<Story> = { keys: [{ kid: 'one', key: KEY.publicKey }] };
    const keys = [...story.keys!];
    const { run } = stage({
      keys,
      token(token) {
        token.header.kid = 'two';
        token.key = OTHER.privateKey;
      },
    });
    await expect(run()).rejects.toMatchObject({ reason: 'invalid' });
    keys.push({ kid: 'two', key: OTHER.publicKey });
    expect((await run()).subject).toBe('248289');
  });

  it('is for one sign-in: the token of another has another nonce', async () => {
    const { begin, run, again } = stage();
    const first = await begin();
    await run();
    await expect(again(first.proof)).rejects.toMatchObject({ reason: 'invalid' });
  });
});

describe('groups from userinfo', () => {
  const withoutGroups = ({ claims }: Token) => Reflect.deleteProperty(claims, 'groups');
  it('count if the token has none, and change nothing that the token says', async () => {
    const userinfo = { sub: '248289', groups: 'ops', email: 'admin@example.com', email_verified: true };
    expect(await stage({ token: withoutGroups, userinfo }).run()).toMatchObject({
      ...{ name: 'wei@example.com', roles: ['operator'] },
    });
  });

  it('of another subject sign nobody in', async () => {
    const userinfo = { sub: '1', groups: ['ops'] };
    await expect(stage({ token: withoutGroups, userinfo }).run()).rejects.toMatchObject({
      reason: 'invalid',
    });
  });
});

describe('a provider', () => {
  it.each<[string, Partial<Story>, string]>([
    ['does not answer', { fail: () => 'silent' }, 'unavailable'],
    ['answers 503', { fail: () => 503 }, 'unavailable'],
    ['calls itself otherwise', { metadata: { issuer: 'https://login.example.com' } }, 'unavailable'],
    [
      'goes silent at the token',
      { fail: ({ path }) => (path?.endsWith('/token') ? 'silent' : null) },
      'unavailable',
    ],
    ['fails at the keys', { fail: ({ get }) => (get?.endsWith('/keys') ? 500 : null) }, 'unavailable'],
    [
      'names a plain address for tokens',
      { metadata: { token_endpoint: 'http://login.example.com/t' } },
      'invalid',
    ],
  ])('that %s signs nobody in', async (_, story, reason) => {
    await expect(stage(story).run()).rejects.toMatchObject({ reason });
  });
});
