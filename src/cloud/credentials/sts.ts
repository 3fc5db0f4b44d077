/**
 * Temporary keys of a role, from the provider's token service. Only this file spells that service's field names.
 * Refit sends no session policy, so the role's own permissions apply. Source: docs/provider.md P180 to P182.
 */
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { isLimitCode } from '../../model.ts';
import { fixForKeys, isKeyRefusal, isTransient } from '../calls/refusals.ts';
import { createSigner, createTokenSigner, type OutgoingCall, sendCall } from '../calls/send-call.ts';
import { ANY_REGION, accountHost } from '../network/hosts.ts';
import { TransportError } from '../network/transport.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import type { Credentials } from '../signing/keys.ts';
import { STS } from '../wire/actions.ts';
import type { Answer } from '../wire/answer.ts';
import { type Fields, object } from '../wire/fields.ts';
import { type CallNetwork, type Role, temporaryKeys } from './credential-source.ts';

const TRIES = 4;
const PAUSE_MS = 400;

/** Assumes a role with other keys. @throws RefitError */
export function assumeRole(network: CallNetwork, base: Credentials, role: Role): Promise<Credentials> {
  return keysOf(network, role, `by ${base.sourceName}`, {
    action: { ...STS, name: 'AssumeRole' },
    region: ANY_REGION, // The provider's own clients send this region here.
    signer: createSigner(base, network.signature),
    fields: {},
  });
}

/** Assumes a role with the token of a pod's identity, without a signature. @throws RefitError */
export function assumeRoleWithWebIdentity(
  network: CallNetwork,
  pod: { readonly role: Role; readonly region: string; readonly providerId: string; readonly token: string },
): Promise<Credentials> {
  return keysOf(network, pod.role, 'by the identity of this pod', {
    action: { ...STS, name: 'AssumeRoleWithWebIdentity' },
    region: pod.region,
    signer: createTokenSigner(pod.token),
    fields: { ProviderId: pod.providerId, WebIdentityToken: pod.token },
  });
}

type Request = Omit<OutgoingCall, 'host'>;

async function keysOf(
  network: CallNetwork,
  role: Role,
  assumedBy: string,
  request: Request,
): Promise<Credentials> {
  const { arn, session, duration, externalId } = role;
  const sourceName = `role ${arn}, assumed ${assumedBy}`;
  const fields = {
    RoleArn: arn,
    RoleSessionName: session,
    ...given({ DurationSeconds: duration, ExternalId: externalId }),
    ...request.fields,
  };
  const { Credentials, ExpiredTime } = await answerOf(network, sourceName, { ...request, fields });
  const keys = temporaryKeys(sourceName, arn, { ...object(Credentials), ExpiredTime });
  if (keys === null) {
    throw new RefitError(
      'provider-refused',
      `the token service answered without keys for ${sourceName}`,
      'run the same command again',
    );
  }
  return keys;
}

/** Calls the token service, with retries if waiting may help. A second set of keys does no harm. */
async function answerOf(network: CallNetwork, sourceName: string, request: Request): Promise<Fields> {
  const host = accountHost('sts', network.endpoint);
  for (let tries = 1; ; tries++) {
    let answer: Answer;
    try {
      answer = await sendCall(network, { ...request, host });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      answer = { kind: 'unusable', reason: error.message };
    }
    if (answer.kind === 'ok') return answer.fields;
    if (answer.kind === 'refused' && !isTransient(answer.code) && !isLimitCode(answer.code)) {
      throw refusedError(sourceName, answer.code, answer.message);
    }
    if (tries >= TRIES) {
      const reason = answer.kind === 'unusable' ? answer.reason : `${answer.code}: ${answer.message}`;
      throw new RefitError(
        'provider-unreachable',
        `${host.host} returned no keys for ${sourceName}: ${sanitizeLine(reason)} (${tries} tries)`,
        'check the network and --endpoint, then run the same command again',
      );
    }
    await network.clock.sleep(PAUSE_MS * 2 ** (tries - 1));
  }
}

function refusedError(sourceName: string, code: string, message: string): RefitError {
  const fix =
    code === 'AuthFailure.SignatureExpire'
      ? fixForKeys(code)
      : isKeyRefusal(code)
        ? 'check the keys that the role is assumed with'
        : 'grant these keys sts:AssumeRole, and let the role trust them';
  return new RefitError(
    'credentials-refused',
    `${sourceName}: ${sanitizeLine(code)}: ${sanitizeLine(message)}`,
    fix,
  );
}
