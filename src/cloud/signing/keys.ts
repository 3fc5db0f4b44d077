/** Keys: wrapped so that no output shows them, and checked before Refit signs with them. */
import { RefitError } from '../../errors.ts';

/** A text that only `reveal` shows. */
export interface Secret {
  reveal(): string;
}

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: Secret;
  /** The token of temporary keys, else null. */
  readonly token: Secret | null;
  /** The source of the keys, for messages. */
  readonly sourceName: string;
  /** Milliseconds since 1970 UTC. Absent for keys without an expiry. */
  readonly expiresAt?: number;
  /** The source in the chain. Only this source renews them. */
  readonly source?: CredentialSource;
  /** The identity of their calls, if it is not the secret id. A role gets a new id at each renewal. */
  readonly identity?: string;
}

/** The sources of the chain, in order. */
export type CredentialSource = 'environment' | 'credentials-file' | 'tccli' | 'cvm-role' | 'tke';

/** Wraps a secret: JSON, inspection and string conversion show `(hidden)`. */
export function secret(text: string): Secret {
  const hidden = () => '(hidden)';
  return Object.freeze({
    reveal: () => text,
    toJSON: hidden,
    toString: hidden,
    [Symbol.for('nodejs.util.inspect.custom')]: hidden,
  });
}

/** Keys as read, with the field names of the provider's credentials file. */
export type KeyFields = {
  readonly [Key in 'secret_id' | 'secret_key' | 'token']?: string | null | undefined;
};

/**
 * Checks keys and wraps them; null if there are none.
 * @param location where they are, for errors. Default: the name of the source.
 * @throws RefitError `no-credentials` if a part is missing, or a value does not fit into a header.
 */
export function checkKeys(sourceName: string, pair: KeyFields, location = sourceName): Credentials | null {
  const id = pair.secret_id ?? '';
  const key = pair.secret_key ?? '';
  const token = pair.token ?? '';
  const fix = `correct ${sourceName}: it must have a secret id and a secret key`;
  const refuse = (problem: string) => new RefitError('no-credentials', `${location} ${problem}`, fix);
  if (id === '' && key === '') {
    if (token !== '') throw refuse('has a token but no secret id and no secret key');
    return null;
  }
  if (id === '') throw refuse('has a secret key but no secret id');
  if (key === '') throw refuse('has a secret id but no secret key');
  // Maximum lengths: docs/provider.md P155.
  const limits = [
    ['secret id', id, 1024],
    ['secret key', key, 1024],
    ['token', token, 4096],
  ] as const;
  for (const [name, value, limit] of limits) {
    if (value.length > limit || !/^[\x21-\x7e]*$/.test(value))
      throw refuse(
        `has a ${name} with a space or a character outside ASCII, or longer than ${limit} characters`,
      );
  }
  return { secretId: id, secretKey: secret(key), token: token === '' ? null : secret(token), sourceName };
}
