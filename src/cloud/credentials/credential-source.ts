/** The input and the result of one source of keys. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { FileRefused } from '../../files/file-refused.ts';
import { SECOND } from '../../units.ts';
import type { KnownSecrets } from '../calls/known-secrets.ts';
import type { Transport } from '../network/transport.ts';
import { type Credentials, checkKeys } from '../signing/keys.ts';
import type { Signature } from '../signing/signature.ts';
import { type Fields, number, text } from '../wire/fields.ts';

/** How Refit sends signed calls, also those for temporary keys. */
export interface CallNetwork {
  readonly transport: Transport;
  readonly clock: Clock;
  /** One base URL for every product, or null for the provider's own hosts. */
  readonly endpoint: string | null;
  /** Absent: TC3-HMAC-SHA256. */
  readonly signature?: Signature;
  /** The secrets of all calls, to remove them from answers. */
  readonly secrets?: KnownSecrets;
}

/** What Refit reads to find keys. */
export interface CredentialSources extends CallNetwork {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or null where there is none. */
  readonly readFile: (path: string) => string | null | Promise<string | null>;
  /** The user's home directory. */
  readonly home: string;
  /** Names a section or a file. `default`, unless the user names another. */
  readonly profile: string;
}

/** The input of one source. */
export interface Search extends CredentialSources {
  /** @throws RefitError if the file exists and cannot be read. */
  readonly readFile: (path: string) => Promise<string | null>;
  /** True if this source gave the earlier keys. No keys is then an error, and Refit does not search further. */
  readonly isRenewal: boolean;
}

/** The keys of one source, and the role to assume with them. */
export interface Found {
  readonly keys: Credentials;
  readonly role: Role | null;
}

/** One place where keys can be. */
export interface Place {
  /** For `doctor`: the environment, a path or a service. */
  readonly name: string;
  /**
   * Looks what is there, without calling a service.
   * @throws RefitError `no-credentials` if the place was named and has no keys, or if it is not understood.
   */
  look(): Promise<Content>;
}

/** What is in a place. `take` gives the keys, and can call a service. Null: the service has none. */
export type Content =
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'keys' | 'service'; readonly take: () => Promise<Found | null> };

/** True if this user may not read the file. @param error of a search's `readFile`. */
export function isForbidden(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof FileRefused && (cause.cause as NodeJS.ErrnoException).code === 'EACCES';
}

/** The error of a source that must give keys and has none. */
export function noKeys(text: string, fix: string): RefitError {
  return new RefitError('no-credentials', text, fix);
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
 * Reads temporary keys from an answer of the provider; null if a part is missing.
 * @param identity the identity that the provider counts their calls for.
 * @throws RefitError `no-credentials` as `checkKeys` does.
 */
export function temporaryKeys(sourceName: string, identity: string, fields: Fields): Credentials | null {
  const keys = checkKeys(sourceName, {
    secret_id: text(fields.TmpSecretId),
    secret_key: text(fields.TmpSecretKey),
    token: text(fields.Token),
  });
  const seconds = number(fields.ExpiredTime);
  if (keys === null || keys.token === null || seconds === null) return null;
  return { ...keys, expiresAt: seconds * SECOND, identity };
}

/**
 * Checks a role that a user wrote, before Refit sends or shows it.
 * @param where the name of the setting, for the error.
 * @throws RefitError `no-credentials`
 */
export function roleFrom(
  where: string,
  requested: { arn: string } & { [Key in 'session' | 'duration' | 'externalId']?: string | null | undefined },
): Role {
  const refuse = (problem: string, fix: string) => noKeys(`${where}: ${problem}`, fix);
  if (!/^qcs::cam::uin\/\d{1,20}:[\w+=,.@/-]{1,200}$/.test(requested.arn)) {
    throw refuse(
      'the role to assume is not a role',
      'write it as in qcs::cam::uin/100000000001:roleName/resizer',
    );
  }
  const session = requested.session || 'refit';
  if (!/^[\w+=,.@-]{2,128}$/.test(session)) {
    throw refuse(
      'the session name of the role has characters or a length that the provider does not accept',
      'use 2 to 128 letters, digits or any of =,.@_-',
    );
  }
  const duration = requested.duration ? Number(requested.duration) : null;
  if (duration !== null && !(Number.isInteger(duration) && duration > 0 && duration <= 43_200)) {
    throw refuse(
      'the duration of the role is not a whole number of seconds up to 43200',
      'write 7200, or unset it',
    );
  }
  return { arn: requested.arn, session, duration, externalId: requested.externalId || null };
}
