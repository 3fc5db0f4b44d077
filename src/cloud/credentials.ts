/**
 * Keys, from the places where the provider's own tools keep them, and wrapped so that no print, log or journal
 * shows them. Files are read by a function that is handed in and the environment is a record: nothing here has
 * a door of its own. Source: facts §8 (credential chain), read 2026-11.
 */
import { RefitError } from '../errors.ts';

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
  readonly source: string;
}

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

/** Where to look. */
export interface CredentialPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or null where there is none. */
  readonly readFile: (path: string) => string | null | Promise<string | null>;
  /** The user's home directory. */
  readonly home: string;
  /** `default` unless the user named another. */
  readonly profile: string;
}

const PROFILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const TOKEN_NAMES = ['TENCENTCLOUD_SESSION_TOKEN', 'TENCENTCLOUD_TOKEN', 'TENCENTCLOUD_SECURITY_TOKEN'];

/**
 * The first complete credentials: the environment, then `~/.tencentcloud/credentials`, then
 * `/etc/tencentcloud/credentials` (INI, one section a profile), then `~/.tccli/<profile>.credential` (JSON). A
 * profile other than `default` is a choice made on purpose, so the environment does not override it.
 * Half a pair is an error where it is found, never a reason to look further: it would sign as somebody else.
 * @throws RefitError `no-credentials`
 */
export async function findCredentials(places: CredentialPlaces): Promise<Credentials> {
  const { env, home, profile } = places;
  if (!PROFILE.test(profile)) {
    throw new RefitError(
      'usage',
      'a profile name is letters, digits, dots, hyphens and underscores',
      'write --profile NAME',
    );
  }
  if (profile === 'default') {
    const token = TOKEN_NAMES.map((name) => env[name]).find((value) => value !== undefined && value !== '');
    const found = complete('the environment', {
      secret_id: env.TENCENTCLOUD_SECRET_ID,
      secret_key: env.TENCENTCLOUD_SECRET_KEY,
      token,
    });
    if (found) return found;
  }
  for (const path of [`${home}/.tencentcloud/credentials`, '/etc/tencentcloud/credentials']) {
    const text = await read(places, path);
    const section = text === null ? null : iniSection(text, profile);
    const found = section && complete(`[${profile}] in ${path}`, section);
    if (found) return found;
  }
  const path = `${home}/.tccli/${profile}.credential`;
  const text = await read(places, path);
  const found = text === null ? null : complete(path, tccliKeys(path, text));
  if (found) return found;
  throw new RefitError('no-credentials', `no credentials for profile ${profile}`, howToGive(profile));
}

function howToGive(profile: string): string {
  const file = `put secret_id and secret_key under [${profile}] in ~/.tencentcloud/credentials`;
  return profile === 'default'
    ? `export TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or ${file}`
    : file;
}

async function read(places: CredentialPlaces, path: string): Promise<string | null> {
  try {
    return await places.readFile(path);
  } catch {
    // The reason is not passed on: some readers quote what they read.
    throw new RefitError(
      'no-credentials',
      `${path} is there and cannot be read`,
      `chmod 600 ${path}, as its owner`,
    );
  }
}

type Pair = Readonly<Record<'secret_id' | 'secret_key' | 'token', string | undefined>>;

/** Null where nothing is given; throws where only a part is, or where it could not stand in a header. */
function complete(source: string, pair: Pair): Credentials | null {
  const id = pair.secret_id ?? '';
  const key = pair.secret_key ?? '';
  const token = pair.token ?? '';
  if (id === '' && key === '') return null;
  const refuse = (what: string) =>
    new RefitError(
      'no-credentials',
      `${source} ${what}`,
      `correct ${source}: it must give both a secret id and a secret key`,
    );
  if (id === '') throw refuse('has a secret key and no secret id');
  if (key === '') throw refuse('has a secret id and no secret key');
  const garbled = [
    ['secret id', id, 1024],
    ['secret key', key, 1024],
    ['token', token, 4096],
  ] as const;
  for (const [name, value, limit] of garbled) {
    if (value.length > limit || !/^[\x21-\x7e]*$/.test(value)) throw refuse(`has a ${name} that is garbled`);
  }
  return { secretId: id, secretKey: secret(key), token: token === '' ? null : secret(token), source };
}

/** The keys of one section of an INI text, or null where it has no such section. */
function iniSection(text: string, name: string): Pair | null {
  const values = new Map<string, string>();
  let here = false;
  let seen = false;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header) {
      here = header[1]!.trim() === name;
      seen ||= here;
      continue;
    }
    const equals = line.indexOf('=');
    if (here && equals > 0) {
      values.set(line.slice(0, equals).trim().toLowerCase(), unquoted(line.slice(equals + 1).trim()));
    }
  }
  if (!seen) return null;
  return {
    secret_id: values.get('secret_id'),
    secret_key: values.get('secret_key'),
    token: values.get('token'),
  };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

/** The provider's command line keeps one JSON file a profile. Kinds that need a log-in of their own are not read. */
function tccliKeys(path: string, text: string): Pair {
  let file: Record<string, unknown>;
  try {
    file = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw new RefitError(
      'no-credentials',
      `${path} is not JSON`,
      `run tccli configure again, or remove ${path}`,
    );
  }
  const field = (name: string) =>
    typeof file[name] === 'string' ? (file[name] as string).trim() : undefined;
  return { secret_id: field('secretId'), secret_key: field('secretKey'), token: field('token') };
}
