/** Sends signed calls: finds the keys, the host and the lane of each, and sends it once. No retry here and no permit. */
import { sha256 } from '../digest.ts';
import type { Scope } from '../model.ts';
import type { ApiClient } from './calls/call.ts';
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

/** A caller for any action, the ordering one too. */
export function createApiClient({
  transport,
  clock,
  credentials,
  endpoint,
  signature,
}: ApiClientOptions): ApiClient {
  const fresh = createFreshKeys(credentials, clock);
  const time = createProviderTime(clock);
  /** One for each set of keys, with what it has derived from them. */
  const signers = new WeakMap<Credentials, CallSigner>();
  /** Given once for each profile and never changed: a lane that changed its name would forget its last slot. */
  const identities = new Map<string, string>();

  const hostOf = rememberHosts(endpoint);

  const laneSync = (action: Action, scope: Scope): Lane => {
    if (!identities.has(scope.profile)) identities.set(scope.profile, `profile ${scope.profile}`);
    const { host } = hostOf(action, scope.region);
    return { action: action.name, host, identity: identities.get(scope.profile)! };
  };

  const keysOf = async (profile: string): Promise<Credentials> => {
    const keys = await fresh.of(profile);
    // Two profiles of one identity share what the provider allows. A digest, since a lane may be shown.
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
      const answer = await sendCall({ transport, clock, time }, call, goAhead);
      // The next call waits for others, an order's next attempt too.
      if (answer.kind === 'refused' && isExpiredToken(answer.code)) fresh.refused(profile, keys);
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

/** The host of each product and region, looked up once. */
function rememberHosts(endpoint: string | null): (action: Action, region: string) => Host {
  const hosts = new Map<string, Host>();
  return ({ product }, region) => {
    const key = `${product} ${region}`;
    const host = hosts.get(key) ?? hostFor(product, region, endpoint);
    hosts.set(key, host);
    return host;
  };
}
