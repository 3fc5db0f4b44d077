/** Finds keys, host and lane of each call, signs it and sends it once. It does not retry and takes no permit. */
import { sha256 } from '../digest.ts';
import type { Scope } from '../model.ts';
import type { ApiClient } from './calls/call.ts';
import { createKnownSecrets } from './calls/known-secrets.ts';
import { createProviderTime } from './calls/provider-time.ts';
import { isExpiredToken } from './calls/refusals.ts';
import { type CallSigner, createSigner, sendCall } from './calls/send-call.ts';
import type { CallNetwork } from './credentials/credential-source.ts';
import { type CredentialsOf, createFreshKeys } from './credentials/fresh-keys.ts';
import type { Lane } from './limit/permits.ts';
import { type Host, hostFor } from './network/hosts.ts';
import type { Credentials } from './signing/keys.ts';
import type { Action } from './wire/actions.ts';

export interface ApiClientOptions extends CallNetwork {
  readonly credentials: CredentialsOf;
}

/** Creates an API client for every action, orders included. */
export function createApiClient({
  transport,
  clock,
  credentials,
  endpoint,
  signature,
  secrets = createKnownSecrets(),
}: ApiClientOptions): ApiClient {
  const fresh = createFreshKeys(credentials, clock);
  const time = createProviderTime(clock);
  /** One signer for each set of keys. It holds the keys that it derived. */
  const signers = new WeakMap<Credentials, CallSigner>();
  /** The identity of each profile. It never changes, because a renamed lane would forget its last request slot. */
  const identities = new Map<string, string>();

  const hostOf = createHostCache(endpoint);

  const laneSync = (action: Action, scope: Scope): Lane => {
    if (!identities.has(scope.profile)) identities.set(scope.profile, `profile ${scope.profile}`);
    const { host } = hostOf(action, scope.region);
    return { action: action.name, host, identity: identities.get(scope.profile)! };
  };

  const keysOf = async (profile: string): Promise<Credentials> => {
    const keys = await fresh.of(profile);
    // Two profiles of one identity share one limit. Refit uses a digest, because users can see a lane.
    if (!identities.has(profile))
      identities.set(profile, sha256(keys.identity ?? keys.secretId).slice(0, 12));
    return keys;
  };

  const signerOf = (keys: Credentials): CallSigner => {
    const signer = signers.get(keys) ?? createSigner(keys, signature);
    signers.set(keys, signer);
    return signer;
  };

  return {
    async send({ action, scope, fields }, goAhead) {
      const { profile, region } = scope;
      const host = hostOf(action, region);
      const keys = await keysOf(profile);
      const call = { action, host, region, fields, signer: signerOf(keys) };
      const answer = await sendCall({ transport, clock, time, secrets }, call, goAhead);
      // The next call, also a new attempt of an order, waits for new keys.
      if (answer.kind === 'refused' && isExpiredToken(answer.code)) fresh.reject(profile, keys);
      return answer;
    },

    providerNow: time.now,
    async lane(action, scope) {
      await keysOf(scope.profile);
      return laneSync(action, scope);
    },
    laneSync,
  };
}

/** Computes the host of each product and region once. */
function createHostCache(endpoint: string | null): (action: Action, region: string) => Host {
  const hosts = new Map<string, Host>();
  return ({ product }, region) => {
    const key = `${product} ${region}`;
    const host = hosts.get(key) ?? hostFor(product, region, endpoint);
    hosts.set(key, host);
    return host;
  };
}
