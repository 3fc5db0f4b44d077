/** One call on its way: signed, sent once, its answer decoded. No retry here, no permit, and no search for keys. */
import type { Clock } from '../../clock.ts';
import { given } from '../../given.ts';
import { MINUTE } from '../../units.ts';
import type { Host } from '../network/hosts.ts';
import type { Transport } from '../network/transport.ts';
import type { Credentials } from '../signing/keys.ts';
import { type Signing, signedHeaders, signingKeys, unsignedHeaders } from '../signing/sign.ts';
import { FORM_TYPE, signedForm } from '../signing/sign-v1.ts';
import type { Signature } from '../signing/signature.ts';
import type { Action } from '../wire/actions.ts';
import { type Answer, decodeAnswer } from '../wire/answer.ts';
import type { Fields } from '../wire/fields.ts';
import type { ProviderTime } from './provider-time.ts';

/** The time a call may take, as the provider's own clients have it. Source: facts §8, read 2026-11. */
const TIMEOUT_MS = MINUTE;

export interface Sending {
  readonly action: Action;
  readonly host: Host;
  /** For actions that take one. */
  readonly region: string;
  readonly fields: Fields;
  readonly signer: CallSigner;
}

/** A call before it is signed. */
type Unsigned = Omit<Signing, 'body'> & { readonly fields: Fields };

/** What goes out of it, with the texts in it that may be shown nowhere. */
interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly hidden: readonly string[];
}

/** Makes calls ready to be sent. */
export interface CallSigner {
  sign(call: Unsigned): Signed;
}

/**
 * What signs with these keys, and the only thing that sees them. Derived keys are kept in it, so make one for each set.
 * @param signature absent: TC3-HMAC-SHA256.
 */
export function signerFor(keys: Credentials, signature?: Signature): CallSigner {
  const token = () => keys.token?.reveal() ?? null;
  const shown = { secretId: keys.secretId, token };
  const hidden = () => [keys.secretId, ...(keys.token === null ? [] : [keys.token.reveal()])];
  const name = signature?.name ?? 'TC3-HMAC-SHA256';
  if (signature === undefined || name === 'TC3-HMAC-SHA256') {
    const signer = { ...shown, keyOf: signingKeys(() => keys.secretKey.reveal()) };
    return {
      sign({ fields, ...call }) {
        const body = JSON.stringify(fields);
        const headers = signedHeaders({ ...call, body }, signer);
        return { headers, body, hidden: [...hidden(), signatureIn(headers)] };
      },
    };
  }
  const signer = { ...shown, secretKey: () => keys.secretKey.reveal() };
  return {
    sign(call) {
      const { body, signature: made } = signedForm({ ...call, nonce: signature.nonce() }, name, signer);
      return {
        headers: { Host: call.host, 'Content-Type': FORM_TYPE },
        body,
        hidden: [...hidden(), made],
      };
    },
  };
}

function signatureIn({ Authorization = '' }: Readonly<Record<string, string>>): string {
  return Authorization.slice(Authorization.lastIndexOf('=') + 1);
}

/**
 * For the one call that carries a token of elsewhere instead of a signature, and has one form alone.
 * @param token shown nowhere.
 */
export function unsigned(token: string): CallSigner {
  return {
    sign({ fields, ...call }) {
      const body = JSON.stringify(fields);
      return { headers: unsignedHeaders({ ...call, body }), body, hidden: [token] };
    },
  };
}

/** @throws TransportError of the transport. */
export async function sendCall(
  {
    transport,
    clock,
    time,
  }: { readonly transport: Transport; readonly clock: Clock; readonly time?: ProviderTime },
  { action, host, region, fields, signer }: Sending,
  goAhead?: () => boolean,
): Promise<Answer> {
  const { headers, body, hidden } = signer.sign({
    host: host.host,
    service: action.product,
    action: action.name,
    version: action.version,
    region: action.regional ? region : null,
    timestamp: Math.floor(clock.now() / 1000),
    fields,
    language: 'en-US',
  });
  const sentAt = clock.monotonic();
  const answer = await transport.send({
    origin: host.origin,
    headers,
    body,
    timeout: TIMEOUT_MS,
    ...given({ goAhead }),
  });
  time?.heard(answer.date, sentAt);
  return withoutKeys(decodeAnswer(answer), hidden);
}

/**
 * A server that repeats what it was sent may not bring an id, a token or a signature into a message that is kept: as it
 * is, nor as a form spells it.
 */
function withoutKeys(answer: Answer, hidden: readonly string[]): Answer {
  if (answer.kind !== 'refused') return answer;
  const texts = hidden.filter((text) => text.length >= 8);
  const spelt = [...texts, ...texts.map(encodeURIComponent)];
  return {
    ...answer,
    message: spelt.reduce((message, text) => message.replaceAll(text, '(hidden)'), answer.message),
  };
}
