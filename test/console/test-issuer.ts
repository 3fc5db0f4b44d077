/** A real provider of OpenID Connect on a free port. It signs in the next person, without a page. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

/** A person as the provider knows them. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly preferred_username?: string;
  readonly groups?: readonly string[];
}

export interface TestIssuer {
  readonly issuer: string;
  /** Who signs in next; null: the person presses cancel. */
  next: Account | null;
  /** True: every request gets a 503. */
  isDown: boolean;
  close(): Promise<void>;
}

export const CLIENT_ID = 'refit';
export const SECRET = 'a secret of the client, which nobody else has';

/** @param callbacks addresses of consoles that the client registered. */
export async function startTestIssuer(callbacks: readonly string[], host = 'localhost'): Promise<TestIssuer> {
  const accounts = new Map<string, Account>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const issuer = `http://${host}:${port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: CLIENT_ID, client_secret: SECRET, redirect_uris: callbacks },
        ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    claims: {
      ...{ openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
      groups: ['groups'],
    },
    scopes: ['openid', 'email', 'profile', 'groups'],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['cookies of the tests'] },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      // Groups that change meanwhile hold at the next sign-in, also if the provider still knows the browser.
      claims: () => (started.next?.sub === sub ? started.next : accounts.get(sub)!),
    }),
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc }: { readonly oidc: OidcContext }) {
      const { Grant } = oidc.provider;
      const grant = new Grant({ clientId: CLIENT_ID, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  });
  const started: TestIssuer = {
    ...{ issuer, next: null, isDown: false },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (started.isDown) return void response.writeHead(503).end('down');
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response);
    const { next } = started;
    if (next !== null) accounts.set(next.sub, next);
    const result =
      next === null
        ? { error: 'access_denied', error_description: 'cancelled' }
        : { login: { accountId: next.sub, remember: false } };
    void provider.interactionFinished(request, response, result);
  });
  return started;
}

interface OidcContext {
  readonly provider: {
    readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<void> };
  };
  readonly session: { readonly accountId: string };
}

/** What a browser does: it follows redirects and keeps cookies, of one host for all ports. */
export function createVisitor() {
  const cookies = new Map<string, { readonly value: string; readonly path: string }>();
  const visitor = {
    cookies,
    /** One request without following a redirect. */
    async get(address: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
      const { pathname } = new URL(address);
      const cookie = [...cookies]
        .filter(([, { path }]) => pathname.startsWith(path))
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
      const response = await fetch(address, { redirect: 'manual', headers: { ...headers, cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        const path = /; path=([^;]+)/i.exec(line)?.[1] ?? '/';
        if (value === '') cookies.delete(name);
        else cookies.set(name, { value, path });
      }
      return response;
    },
    /** Follows redirects until `stop`, or until there is none. @returns every address on the way. */
    async follow(address: string, stop: (address: string) => boolean = () => false): Promise<string[]> {
      const way = [address];
      for (let at = address; way.length < 20 && !stop(at); ) {
        const response = await visitor.get(at);
        await response.arrayBuffer();
        const to = response.headers.get('location');
        if (to === null) break;
        at = new URL(to, at).href;
        way.push(at);
      }
      return way;
    },
  };
  return visitor;
}
