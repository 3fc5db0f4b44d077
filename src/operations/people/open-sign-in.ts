/**
 * Signs people in by OpenID Connect: authorization code with PKCE, state and nonce. `openid-client` checks the answers, and
 * this file gives it our network, which verifies TLS, uses the proxy of the environment and bounds time and size.
 *
 *     begin  ──► the address of the provider, and what to keep       state, nonce, verifier
 *     finish ──► code for tokens, signature and claims checked       the person, or SignInRefused
 */
import * as oidc from 'openid-client';
import type { Clock } from '../../clock.ts';
import { createHttp } from '../../cloud/network/http.ts';
import { mustVerifyTls, proxyFromEnvironment } from '../../cloud/network/proxy.ts';
import { type Transport, TransportError } from '../../cloud/network/transport.ts';
import { messageOf } from '../../errors.ts';
import { given } from '../../given.ts';
import { escapeControls } from '../../text.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { type Claims, type ProvidedPerson, personOfClaims } from './person-of-claims.ts';
import type { PeopleSettings } from './read-people.ts';
import { CLIENT_SECRET, type SignInProof, SignInRefused } from './sign-in.ts';

/** Milliseconds for one answer of the provider, and until its addresses are read again. */
const ANSWER_WITHIN = 10 * SECOND;
const KNOWN_FOR = 5 * MINUTE;
/** Seconds by which the clocks of the provider and of this machine may differ. */
const CLOCK_TOLERANCE = 60;

/** Signs people in by one provider. */
export interface SignIn {
  /** The host of the provider, for people. */
  readonly host: string;
  /** @param callback the address of the console that the provider sends the browser to. @throws SignInRefused */
  begin(callback: string): Promise<{ readonly url: string; readonly proof: SignInProof }>;
  /** @param answer the address with which the browser came back. @throws SignInRefused */
  finish(answer: URL, proof: SignInProof): Promise<ProvidedPerson>;
  close(): Promise<void>;
}

export interface SignInOptions {
  readonly people: PeopleSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Another network, for tests. */
  readonly transport?: Transport;
}

/** Asks the provider nothing yet, so that a console starts while the provider is down. */
export function openSignIn({ people, env, clock, transport: other }: SignInOptions): SignIn {
  mustVerifyTls(env);
  const transport = other ?? createHttp({ proxy: proxyFromEnvironment(env) });
  const issuer = new URL(people.issuer);
  const secret = env[CLIENT_SECRET] || null;
  const settings = {
    [oidc.clockTolerance]: CLOCK_TOLERANCE,
    ...(secret === null ? {} : { client_secret: secret }),
  };
  const clientAuth = secret === null ? oidc.None() : oidc.ClientSecretBasic(secret);
  const fetch = fetchThrough(transport);
  const isPlain = issuer.protocol === 'http:';
  let known: { readonly metadata: oidc.ServerMetadata; readonly at: number } | null = null;

  const readMetadata = async (): Promise<oidc.ServerMetadata> => {
    const now = clock.monotonic();
    if (known !== null && now - known.at < KNOWN_FOR) return known.metadata;
    try {
      const config = await oidc.discovery(issuer, people.clientId, settings, clientAuth, {
        [oidc.customFetch]: fetch,
        timeout: ANSWER_WITHIN / SECOND,
        ...(isPlain ? { execute: [oidc.allowInsecureRequests] } : {}),
      });
      known = { metadata: config.serverMetadata(), at: now };
      return known.metadata;
    } catch (error) {
      throw new SignInRefused('unavailable', `${issuer.host}: ${reasonOf(error)}`, { cause: error });
    }
  };
  /** New each time, so that keys are read again: a provider may have changed them since the last person came. */
  const configure = async (): Promise<oidc.Configuration> => {
    const config = new oidc.Configuration(await readMetadata(), people.clientId, settings, clientAuth);
    config[oidc.customFetch] = fetch;
    config.timeout = ANSWER_WITHIN / SECOND;
    // Otherwise the library trusts TLS instead of the signature of the token.
    oidc.enableNonRepudiationChecks(config);
    if (isPlain) oidc.allowInsecureRequests(config);
    return config;
  };
  return {
    host: issuer.host,
    async begin(callback) {
      const config = await configure();
      const proof = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: people.scopes.join(' '),
        ...{ state: proof.state, nonce: proof.nonce, code_challenge_method: 'S256' },
        code_challenge: await oidc.calculatePKCECodeChallenge(proof.verifier),
      });
      return { url: url.href, proof };
    },
    async finish(answer, proof) {
      const config = await configure();
      return personOfClaims(await claimsOf(config, answer, proof, people), people);
    },
    close: () => transport.close(),
  };
}

/** The claims of the person: of the id token, and of the provider's userinfo if the token lacks the groups. */
async function claimsOf(
  config: oidc.Configuration,
  answer: URL,
  { state, nonce, verifier }: SignInProof,
  { groupsClaim }: PeopleSettings,
): Promise<Claims> {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, answer, {
      ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
    });
    const claims = tokens.claims()!;
    if (claims[groupsClaim] !== undefined || config.serverMetadata().userinfo_endpoint === undefined)
      return claims;
    return { ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
  } catch (error) {
    throw refusedBy(error);
  }
}

function refusedBy(error: unknown): SignInRefused {
  const details = `${(error as { readonly error?: unknown } | null)?.error ?? ''} ${reasonOf(error)}`.trim();
  const because = (reason: SignInRefused['reason']) => new SignInRefused(reason, details, { cause: error });
  if (error instanceof oidc.AuthorizationResponseError) {
    if (error.error === 'access_denied') return because('denied');
    const isDown = error.error === 'temporarily_unavailable' || error.error === 'server_error';
    return because(isDown ? 'unavailable' : 'invalid');
  }
  return because(isNetworkFault(error) ? 'unavailable' : 'invalid');
}

/** Whether the provider did not answer, or answered that it cannot. */
function isNetworkFault(error: unknown): boolean {
  for (let one: unknown = error, depth = 0; depth < 5 && one; depth++) {
    if (one instanceof TransportError) return true;
    if (one instanceof Response && one.status >= 500) return true;
    one = (one as { readonly cause?: unknown }).cause;
  }
  return false;
}

/** An error in one line, with its cause. */
function reasonOf(error: unknown): string {
  const cause = (error as { readonly cause?: unknown } | null)?.cause;
  const more = cause instanceof Error && cause.message !== messageOf(error) ? `: ${cause.message}` : '';
  return escapeControls(`${messageOf(error)}${more}`.slice(0, 500));
}

/** `fetch` as the library calls it, through our network. */
function fetchThrough(transport: Transport): oidc.CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const { origin, pathname, search } = new URL(address);
    const path = `${pathname}${search}`;
    const {
      status,
      contentType,
      body: text,
    } = await transport.send({
      ...{ origin, headers, body: body === null || body === undefined ? '' : String(body) },
      ...(method === 'GET' ? { get: path } : { path }),
      timeout: ANSWER_WITHIN,
      ...given({ signal }),
    });
    const hasBody = status !== 204 && status !== 205 && status !== 304;
    return new Response(hasBody ? text : null, { status, headers: { 'content-type': contentType } });
  };
}
