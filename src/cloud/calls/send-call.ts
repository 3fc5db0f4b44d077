/** Signs one call, sends it once and decodes the answer. It does not retry, takes no permit and finds no keys. */
import type { Clock } from '../../clock.ts';
import { given } from '../../given.ts';
import { MINUTE } from '../../units.ts';
import type { Host } from '../network/hosts.ts';
import type { Transport } from '../network/transport.ts';
import type { Credentials } from '../signing/keys.ts';
import { headersOf, type Signing, signedHeaders, signingKeys } from '../signing/sign.ts';
import { FORM_TYPE, signedForm } from '../signing/sign-v1.ts';
import type { Signature } from '../signing/signature.ts';
import type { Action } from '../wire/actions.ts';
import { type Answer, decodeAnswer } from '../wire/answer.ts';
import type { Fields } from '../wire/fields.ts';
import { createKnownSecrets, type KnownSecrets } from './known-secrets.ts';
import type { ProviderTime } from './provider-time.ts';

/** The time-out of a call, ms, the same as in the provider's own clients. Source: docs/provider.md P188. */
export const REQUEST_TIMEOUT: number = MINUTE;

export interface OutgoingCall {
  readonly action: Action;
  readonly host: Host;
  /** Sent only for actions that take a region. */
  readonly region: string;
  readonly fields: Fields;
  readonly signer: CallSigner;
}

/** Signs calls. `secrets` are texts that nothing from the answer may show: those of every call, and of this one. */
export interface CallSigner {
  readonly secrets: readonly string[];
  sign(call: Omit<Signing, 'body'> & { readonly fields: Fields }): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly secrets: readonly string[];
  };
}

/**
 * Creates the signer for a set of keys. Only a signer reveals keys. It caches derived keys, so make one for each set.
 * @param signature absent: TC3-HMAC-SHA256.
 */
export function createSigner(keys: Credentials, signature?: Signature): CallSigner {
  const token = () => keys.token?.reveal() ?? null;
  const secretKey = () => keys.secretKey.reveal();
  const identity = { secretId: keys.secretId, token };
  const secrets = [keys.secretId, secretKey(), token()].filter((text) => text !== null);
  if (signature === undefined || signature.name === 'TC3-HMAC-SHA256') {
    const signer = { ...identity, keyOf: signingKeys(secretKey) };
    return {
      secrets,
      sign({ fields, ...call }) {
        const body = JSON.stringify(fields);
        const headers = signedHeaders({ ...call, body }, signer);
        return { headers, body, secrets: [headers.Authorization!.split('=').at(-1)!] };
      },
    };
  }
  const { name, nonce } = signature;
  return {
    secrets,
    sign(call) {
      const form = signedForm({ ...call, nonce: nonce() }, name, { ...identity, secretKey });
      const headers = { Host: call.host, 'Content-Type': FORM_TYPE };
      return { headers, body: form.body, secrets: [form.signature] };
    },
  };
}

/**
 * Creates the signer for the one call with a pod's token instead of a signature. It is always JSON.
 * @param token a secret.
 */
export function createTokenSigner(token: string): CallSigner {
  return {
    secrets: [token],
    sign({ fields, ...call }) {
      const body = JSON.stringify(fields);
      return { headers: headersOf({ ...call, body }, 'SKIP', null), body, secrets: [] };
    },
  };
}

/** @throws TransportError of the transport. */
export async function sendCall(
  network: {
    readonly transport: Transport;
    readonly clock: Clock;
    readonly time?: ProviderTime;
    /** The secrets of other calls. They get those of this signer. */
    readonly secrets?: KnownSecrets;
  },
  { action, host, region, fields, signer }: OutgoingCall,
  goAhead?: () => boolean,
): Promise<Answer> {
  const { headers, body, secrets } = signer.sign({
    host: host.host,
    service: action.product,
    action: action.name,
    version: action.version,
    region: action.regional ? region : null,
    timestamp: Math.floor(network.clock.now() / 1000),
    fields,
    language: 'en-US',
  });
  const sentAt = network.clock.monotonic();
  const answer = await network.transport.send({
    origin: host.origin,
    headers,
    body,
    timeout: REQUEST_TIMEOUT,
    ...given({ goAhead }),
  });
  network.time?.onResponse(answer.date, sentAt);
  const known = network.secrets ?? createKnownSecrets();
  known.add(signer.secrets);
  return decodeAnswer(answer, (json) => known.hideIn(json, answer.body, secrets));
}
