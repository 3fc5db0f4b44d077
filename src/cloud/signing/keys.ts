/** Keys, wrapped so that no print, log or journal shows them, and checked before anything is signed with them. */
import { RefitError } from '../../errors.ts';

/** A text that shows itself to nobody but whoever calls `reveal`. */
export interface Secret {
  reveal(): string;
}

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: Secret;
  /** Of temporary keys; else null. */
  readonly token: Secret | null;
  /** Where they were found, for messages. */
  readonly sourceName: string;
  /** Milliseconds since 1970 UTC. Absent where they say nothing of an end. */
  readonly expiresAt?: number;
  /** The place in the chain that gave them: it alone is asked when they are renewed. */
  readonly source?: CredentialSource;
  /** Whom the provider counts them as, where that is not the secret id: a role has another id at each renewal. */
  readonly identity?: string;
}

/** The places of the chain, in the order in which they are looked at. */
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

/** Keys as they are read, in the words of the provider's credentials file. */
export type KeyFields = {
  readonly [Key in 'secret_id' | 'secret_key' | 'token']?: string | null | undefined;
};

/**
 * Null where nothing is given.
 * @throws RefitError `no-credentials` where only a part is given, or where it could not stand in a header.
 */
export function checkKeys(sourceName: string, pair: KeyFields): Credentials | null {
  const id = pair.secret_id ?? '';
  const key = pair.secret_key ?? '';
  const token = pair.token ?? '';
  if (id === '' && key === '') return null;
  const fix = `correct ${sourceName}: it must give both a secret id and a secret key`;
  const refuse = (problem: string) => new RefitError('no-credentials', `${sourceName} ${problem}`, fix);
  if (id === '') throw refuse('has a secret key and no secret id');
  if (key === '') throw refuse('has a secret id and no secret key');
  // Greatest lengths: docs/provider.md P155.
  const garbled = [
    ['secret id', id, 1024],
    ['secret key', key, 1024],
    ['token', token, 4096],
  ] as const;
  for (const [name, value, limit] of garbled) {
    if (value.length > limit || !/^[\x21-\x7e]*$/.test(value)) throw refuse(`has a ${name} that is garbled`);
  }
  return { secretId: id, secretKey: secret(key), token: token === '' ? null : secret(token), sourceName };
}
