/** What a place of the chain is handed, and what it gives. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { SECOND } from '../../units.ts';
import type { Transport } from '../network/transport.ts';
import { type Credentials, checkKeys } from '../signing/keys.ts';
import type { Signature } from '../signing/signature.ts';
import { type Fields, number, text } from '../wire/fields.ts';

/** How signed calls are sent, those for temporary keys too. */
export interface CallNetwork {
  readonly transport: Transport;
  readonly clock: Clock;
  /** One base URL for every product, or null for the provider's own hosts. */
  readonly endpoint: string | null;
  /** Absent: TC3-HMAC-SHA256. */
  readonly signature?: Signature;
}

/** Where to look. */
export interface CredentialSources extends CallNetwork {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or null where there is none. */
  readonly readFile: (path: string) => string | null | Promise<string | null>;
  /** The user's home directory. */
  readonly home: string;
  /** `default` unless the user named another: a section or a file is looked for by this name. */
  readonly profile: string;
}

/** The same for one place of the chain; `readFile` throws RefitError where a file is there and cannot be read. */
export interface Search extends CredentialSources {
  /** True where this place has given keys before: silence is then a fault, and no reason to look further. */
  readonly isRenewal: boolean;
}

/** Keys, and the role that is to be assumed with them, if any. */
export interface Found {
  readonly keys: Credentials;
  readonly role: Role | null;
}

/** Says that a place which should give keys gives none. */
export function noKeys(what: string, fix: string): RefitError {
  return new RefitError('no-credentials', what, fix);
}

/** A role to assume. Source: docs/provider.md P180 and P181. */
export interface Role {
  readonly arn: string;
  /** 2 to 128 letters, digits and `=,.@_-`: what the provider's audit log shows. */
  readonly session: string;
  /** Seconds; null takes the provider's 7,200. */
  readonly duration: number | null;
  readonly externalId: string | null;
}

/**
 * Temporary keys as the provider's services write them; null where they are not whole. @param identity whom the provider
 * counts them as.
 * @throws RefitError `no-credentials` as `complete` does.
 */
export function temporaryKeys(source: string, identity: string, fields: Fields): Credentials | null {
  const keys = checkKeys(source, {
    secret_id: text(fields.TmpSecretId),
    secret_key: text(fields.TmpSecretKey),
    token: text(fields.Token),
  });
  const seconds = number(fields.ExpiredTime);
  if (keys === null || keys.token === null || seconds === null) return null;
  return { ...keys, expiresAt: seconds * SECOND, identity };
}

/**
 * A role as somebody wrote it, checked before it is sent or shown.
 * @param where named in the refusal.
 * @throws RefitError `no-credentials`
 */
export function roleFrom(
  where: string,
  wish: { arn: string } & { [Key in 'session' | 'duration' | 'externalId']?: string | null | undefined },
): Role {
  const refuse = (what: string, fix: string) => noKeys(`${where}: ${what}`, fix);
  if (!/^qcs::cam::uin\/\d{1,20}:[\w+=,.@/-]{1,200}$/.test(wish.arn)) {
    throw refuse(
      'the role to assume is no role',
      'name it as in qcs::cam::uin/100000000001:roleName/resizer',
    );
  }
  const session = wish.session || 'refit';
  if (!/^[\w+=,.@-]{2,128}$/.test(session)) {
    throw refuse(
      'the session name of the role is garbled',
      'write 2 to 128 letters, digits or any of =,.@_- for it',
    );
  }
  const duration = wish.duration ? Number(wish.duration) : null;
  if (duration !== null && !(Number.isInteger(duration) && duration > 0 && duration <= 43_200)) {
    throw refuse(
      'the duration of the role is no whole number of seconds up to 43200',
      'write 7200, or leave it away',
    );
  }
  return { arn: wish.arn, session, duration, externalId: wish.externalId || null };
}
