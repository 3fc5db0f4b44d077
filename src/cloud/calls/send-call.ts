/** One call on its way: signed, sent once, its answer decoded. No retry here, no permit, and no search for keys. */
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
import type { ProviderTime } from './provider-time.ts';

/** The time a call may take, as the provider's own clients have it. Source: docs/provider.md P188. */
const TIMEOUT_MS = MINUTE;

export interface OutgoingCall {
  readonly action: Action;
  readonly host: Host;
  /** For actions that take one. */
  readonly region: string;
  readonly fields: Fields;
  readonly signer: CallSigner;
}

/** Makes calls ready to be sent: what goes out, and the texts in it that may be shown nowhere. */
export interface CallSigner {
  sign(call: Omit<Signing, 'body'> & { readonly fields: Fields }): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly hidden: readonly string[];
  };
}

/**
 * What signs with these keys, and the only thing that sees them. Derived keys are kept in it, so make one for each set.
 * @param signature absent: TC3-HMAC-SHA256.
 */
export function createSigner(keys: Credentials, signature?: Signature): CallSigner {
  const token = () => keys.token?.reveal() ?? null;
  const secretKey = () => keys.secretKey.reveal();
  const shown = { secretId: keys.secretId, token };
  const hidden = (made: string) => [keys.secretId, token(), made].filter((text) => text !== null);
  if (signature === undefined || signature.name === 'TC3-HMAC-SHA256') {
    const signer = { ...shown, keyOf: signingKeys(secretKey) };
    return {
      sign({ fields, ...call }) {
        const body = JSON.stringify(fields);
        const headers = signedHeaders({ ...call, body }, signer);
        return { headers, body, hidden: hidden(headers.Authorization!.split('=').at(-1)!) };
      },
    };
  }
  const { name, nonce } = signature;
  return {
    sign(call) {
      const form = signedForm({ ...call, nonce: nonce() }, name, { ...shown, secretKey });
      const headers = { Host: call.host, 'Content-Type': FORM_TYPE };
      return { headers, body: form.body, hidden: hidden(form.signature) };
    },
  };
}

/**
 * For the one call that carries a token of elsewhere instead of a signature, and has one form alone.
 * @param token shown nowhere.
 */
export function createTokenSigner(token: string): CallSigner {
  return {
    sign({ fields, ...call }) {
      const body = JSON.stringify(fields);
      return { headers: headersOf({ ...call, body }, 'SKIP', null), body, hidden: [token] };
    },
  };
}

/** @throws TransportError of the transport. */
export async function sendCall(
  by: { readonly transport: Transport; readonly clock: Clock; readonly time?: ProviderTime },
  { action, host, region, fields, signer }: OutgoingCall,
  goAhead?: () => boolean,
): Promise<Answer> {
  const { headers, body, hidden } = signer.sign({
    host: host.host,
    service: action.product,
    action: action.name,
    version: action.version,
    region: action.regional ? region : null,
    timestamp: Math.floor(by.clock.now() / 1000),
    fields,
    language: 'en-US',
  });
  const sentAt = by.clock.monotonic();
  const answer = await by.transport.send({
    origin: host.origin,
    headers,
    body,
    timeout: TIMEOUT_MS,
    ...given({ goAhead }),
  });
  by.time?.heard(answer.date, sentAt);
  return redactKeys(decodeAnswer(answer), hidden);
}

/**
 * A server that repeats what it was sent may not bring an id, a token or a signature into a message that is kept: as it
 * is, nor as a form spells it.
 */
function redactKeys(answer: Answer, hidden: readonly string[]): Answer {
  if (answer.kind !== 'refused') return answer;
  const texts = hidden.filter((text) => text.length >= 8);
  const spelt = [...texts, ...texts.map(encodeURIComponent)];
  return {
    ...answer,
    message: spelt.reduce((message, text) => message.replaceAll(text, '(hidden)'), answer.message),
  };
}
