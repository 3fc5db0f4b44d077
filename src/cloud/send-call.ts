/** One call on its way: signed, sent once, its answer decoded. No retry here, no permit, and no search for keys. */
import type { Clock } from '../clock.ts';
import type { Credentials } from './credentials/keys.ts';
import type { Fields } from './fields.ts';
import type { Host } from './hosts.ts';
import type { ProviderTime } from './provider-time.ts';
import { type Signer, signedHeaders, signingKeys, unsignedHeaders } from './sign.ts';
import type { Transport } from './transport.ts';
import { type Action, type Answer, decodeAnswer } from './wire.ts';

/** The time a call may take, as the provider's own clients have it. Source: facts §8, read 2026-11. */
const TIMEOUT_MS = 60_000;

export interface Sending {
  readonly action: Action;
  readonly host: Host;
  /** For actions that take one. */
  readonly region: string;
  readonly fields: Fields;
  /** Null for the one action that is sent unsigned. */
  readonly signer: Signer | null;
}

/** What signs with these keys. Derived keys are kept in it, so make one for each set of keys. */
export function signerFor(keys: Credentials): Signer {
  return {
    secretId: keys.secretId,
    keyOf: signingKeys(() => keys.secretKey.reveal()),
    token: () => keys.token?.reveal() ?? null,
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
  const call = {
    host: host.host,
    service: action.product,
    action: action.name,
    version: action.version,
    region: action.regional ? region : null,
    timestamp: Math.floor(clock.now() / 1000),
    body: JSON.stringify(fields),
    language: 'en-US',
  };
  const sentAt = clock.monotonic();
  const answer = await transport.send({
    origin: host.origin,
    headers: signer === null ? unsignedHeaders(call) : signedHeaders(call, signer),
    body: call.body,
    timeout: TIMEOUT_MS,
    ...(goAhead ? { goAhead } : {}),
  });
  time?.heard(answer.date, sentAt);
  return withoutKeys(decodeAnswer(answer), signer);
}

/** A server that repeats what it was sent may not bring the id or the token into a message that is kept. */
function withoutKeys(answer: Answer, signer: Signer | null): Answer {
  if (answer.kind !== 'refused' || signer === null) return answer;
  const hide = [signer.secretId, signer.token()].filter(
    (text) => text !== null && text.length >= 8,
  ) as string[];
  return {
    ...answer,
    message: hide.reduce((message, text) => message.replaceAll(text, '(hidden)'), answer.message),
  };
}
