/**
 * One signed call, sent once: action and fields in, the provider's answer out. No retry here and no permit.
 */
import type { Clock } from '../clock.ts';
import { sha256 } from '../digest.ts';
import { RefitError } from '../errors.ts';
import type { Scope } from '../model.ts';
import type { Credentials } from './credentials.ts';
import type { Fields } from './fields.ts';
import { hostFor } from './hosts.ts';
import type { Lane } from './permits.ts';
import { type Signer, signedHeaders, signingKeys } from './sign.ts';
import type { Transport } from './transport.ts';
import { type Action, type Answer, decodeAnswer, READS } from './wire.ts';

/** The time a call may take, as the provider's own clients have it. Source: facts §8, read 2026-11. */
const TIMEOUT_MS = 60_000;

/** Finds the keys of a profile. */
export type CredentialsOf = (profile: string) => Credentials | Promise<Credentials>;

export interface CallerOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly credentials: CredentialsOf;
  /** One base URL for every product, or null for the provider's own hosts. */
  readonly endpoint: string | null;
}

export interface Call {
  readonly action: Action;
  readonly scope: Scope;
  readonly fields: Fields;
}

/** Sends calls. */
export interface Caller {
  /**
   * Sends one call, once.
   * @throws TransportError of the transport, and RefitError where it cannot be signed or has no host: nothing was sent then.
   */
  send(call: Call, goAhead: () => boolean): Promise<Answer>;
  /** What the provider counts this call with. @throws RefitError as `send` does. */
  lane(action: Action, scope: Scope): Promise<Lane>;
  /** The same, without waiting for the keys to be found. @throws RefitError where the scope has no host. */
  laneAtOnce(action: Action, scope: Scope): Lane;
}

/** A caller for any action, the ordering one too. */
export function openCaller({ transport, clock, credentials, endpoint }: CallerOptions): Caller {
  const signers = new Map<string, Promise<Signer>>();
  /** Given once for each profile and never changed: a lane that changed its name would forget its last slot. */
  const identities = new Map<string, string>();

  const laneAtOnce = (action: Action, scope: Scope): Lane => {
    if (!identities.has(scope.profile)) identities.set(scope.profile, `profile ${scope.profile}`);
    const { host } = hostFor(action.product, scope.region, endpoint);
    return { action: action.name, host, identity: identities.get(scope.profile)! };
  };

  const signerOf = (profile: string): Promise<Signer> => {
    const kept = signers.get(profile);
    if (kept) return kept;
    const made = (async () => {
      const found = await credentials(profile);
      // Two profiles with the same keys share what the provider allows. A digest, since a lane may be shown.
      if (!identities.has(profile)) identities.set(profile, sha256(found.secretId).slice(0, 12));
      return {
        secretId: found.secretId,
        keyOf: signingKeys(() => found.secretKey.reveal()),
        token: () => found.token?.reveal() ?? null,
      };
    })();
    signers.set(profile, made);
    // A failure is not kept: the keys may be there at the next try.
    made.catch(() => signers.delete(profile));
    return made;
  };

  return {
    async send({ action, scope, fields }, goAhead) {
      const { origin, host } = hostFor(action.product, scope.region, endpoint);
      const signer = await signerOf(scope.profile);
      const body = JSON.stringify(fields);
      const headers = signedHeaders(
        {
          host,
          service: action.product,
          action: action.name,
          version: action.version,
          region: action.regional ? scope.region : null,
          timestamp: Math.floor(clock.now() / 1000),
          body,
          language: 'en-US',
        },
        signer,
      );
      const answer = await transport.send({ origin, headers, body, timeout: TIMEOUT_MS, goAhead });
      return withoutKeys(decodeAnswer(answer), signer);
    },

    async lane(action, scope) {
      await signerOf(scope.profile);
      return laneAtOnce(action, scope);
    },
    laneAtOnce,
  };
}

const READ_NAMES: ReadonlySet<string> = new Set(Object.values(READS).map((action) => action.name));

/** A caller that cannot send anything but reads. Only `onlyReads` makes one, so a reader cannot be given another. */
export interface ReadCaller extends Caller {
  readonly readsOnly: true;
}

/** The same caller, except that it refuses to send anything that is not on the list of reads. What planning is given. */
export function onlyReads(caller: Caller): ReadCaller {
  return {
    readsOnly: true,
    lane: caller.lane,
    laneAtOnce: caller.laneAtOnce,
    async send(call, goAhead) {
      if (!READ_NAMES.has(call.action.name)) {
        throw new RefitError(
          'internal',
          `${call.action.name} is no read, and this client may only read`,
          'report this as a fault of refit',
        );
      }
      return caller.send(call, goAhead);
    },
  };
}

/** A server that repeats what it was sent may not bring the id or the token into a message that is kept. */
function withoutKeys(answer: Answer, signer: Signer): Answer {
  if (answer.kind !== 'refused') return answer;
  const hide = [signer.secretId, signer.token()].filter(
    (text) => text !== null && text.length >= 8,
  ) as string[];
  return {
    ...answer,
    message: hide.reduce((message, text) => message.replaceAll(text, '(hidden)'), answer.message),
  };
}
