/**
 * Finds out which database a `--store` means: from its URL, a service file and the PG* variables, as libpq does. TLS is
 * verified always, and is left out only on this machine.
 */
import { join } from 'node:path';
import { closest } from '../../closest-word.ts';
import { RefitError } from '../../errors.ts';
import { readRegularFile, readTextIfPresent } from '../../files/open-file.ts';
import { shellQuote } from '../../next-command.ts';
import { parseServiceFile } from './service-file.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** One PostgreSQL database, and who connects to it. */
export interface StoreTarget {
  /** A name, an address, or a folder with a socket of this machine. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A function, so that no output of the value shows it. Null: `~/.pgpass` decides, or the server asks for none. */
  readonly password: () => string | null;
  /** The files of TLS as text; null = without TLS, on this machine only. */
  readonly tls: StoreTls | null;
  /** The store in messages, without secrets: `postgres://refit@db.example/refit`. */
  readonly place: string;
  /** The end of a next command that means this store: ` --store …`, or empty if `REFIT_STORE` says it. */
  readonly option: string;
}

/** Texts in PEM. Null: the authorities that Node knows; no certificate of the client. */
export interface StoreTls {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: () => string | null;
}

const SCHEME = /^postgres(ql)?:\/\//;
const EXAMPLE = 'postgres://refit@db.example/refit';

/** What a URL or a service file can say, each with the variable that says it, too. */
const PARAMETERS = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  service: 'PGSERVICE',
} as const satisfies Readonly<Record<string, string>>;
type Parameter = keyof typeof PARAMETERS;
type Parameters = Partial<Record<Parameter, string>>;

/** Parameters of libpq that Refit decides itself, or that make no difference to it. */
const WITHOUT_EFFECT: readonly string[] = [
  ...['application_name', 'fallback_application_name', 'client_encoding', 'connect_timeout', 'gssencmode'],
  ...['keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count', 'target_session_attrs'],
];

/** True for a text that means PostgreSQL. */
export function isStoreUrl(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * Finds the database of a store. Messages never contain the URL, because it can hold a password.
 * @param from what named the store, as in messages: `--store` or `REFIT_STORE`.
 * @throws RefitError `usage` for a URL, a service or a TLS mode that Refit refuses; FileRefused for a file of them.
 */
export async function resolveStore(url: string, env: Env, from = '--store'): Promise<StoreTarget> {
  const typed = parametersOf(url, from);
  const service = typed.service ?? env.PGSERVICE;
  const served = service ? await readService(service, env) : {};
  const value = (name: Parameter): string | null =>
    typed[name] || served[name] || env[PARAMETERS[name]] || null;
  const host = value('host') ?? 'localhost';
  if (host.includes(','))
    throw refusal(`${from}: several hosts in one URL`, 'use one name that always leads to the primary');
  const user = value('user') ?? env.USER ?? 'postgres';
  const password = value('password');
  const database = value('dbname') ?? user;
  const port = portOf(value('port'), from);
  const place = describePlace({ host, port, user, database });
  return {
    host,
    port,
    database,
    user,
    password: () => password,
    tls: await tlsOf(host, value, from),
    place,
    option: from === '--store' ? ` --store ${shellQuote(place)}` : '',
  };
}

/** `postgres://refit@db.example/refit`; the port only if it is not PostgreSQL's own. */
function describePlace({
  host,
  port,
  user,
  database,
}: Pick<StoreTarget, 'host' | 'port' | 'user' | 'database'>) {
  const where = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const at = port === 5432 ? where : `${where}:${port}`;
  return `postgres://${encodeURIComponent(user)}@${at}/${encodeURIComponent(database)}`;
}

function refusal(message: string, fix: string): RefitError {
  return new RefitError('usage', message, fix);
}

function parametersOf(text: string, from: string): Parameters {
  if (!isStoreUrl(text))
    throw refusal(`${from}: this is not the URL of a PostgreSQL database`, `example: ${from} ${EXAMPLE}`);
  const url = URL.parse(text);
  if (url === null)
    throw refusal(
      `${from}: the URL cannot be read`,
      'write special characters of the password as %XX, such as %40 for @; or use PGPASSWORD',
    );
  const found: Parameters = {};
  for (const [name, value] of url.searchParams)
    if (isParameter(name)) found[name] = value;
    else if (!WITHOUT_EFFECT.includes(name)) throw unknownParameter(name, `${from}: `);
  const path = decoded(url.pathname.replace(/^\//, ''), from);
  const parts: Parameters = {
    host: decoded(url.hostname.replace(/^\[|\]$/g, ''), from),
    port: url.port,
    user: decoded(url.username, from),
    password: decoded(url.password, from),
    dbname: path,
  };
  for (const [name, value] of Object.entries(parts)) if (value !== '') found[name as Parameter] = value;
  return found;
}

function decoded(text: string, from: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal(`${from}: the URL has a % that starts no escape`, 'write % as %25');
  }
}

function isParameter(name: string): name is Parameter {
  return Object.hasOwn(PARAMETERS, name);
}

function unknownParameter(name: string, where: string): RefitError {
  const near = closest(name, Object.keys(PARAMETERS));
  const fix = near === null ? `use only ${Object.keys(PARAMETERS).join(', ')}` : `did you mean ${near}?`;
  return refusal(`${where}unknown parameter ${JSON.stringify(name.slice(0, 40))}`, fix);
}

function portOf(text: string | null, from: string): number {
  if (text === null) return 5432;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw refusal(`${from}: the port is not a number from 1 to 65535`, 'example: 5432');
}

/** Reads one service: of `PGSERVICEFILE`, else of the user, else of the machine. */
async function readService(name: string, env: Env): Promise<Parameters> {
  const files = env.PGSERVICEFILE
    ? [env.PGSERVICEFILE]
    : [
        ...(env.HOME ? [join(env.HOME, '.pg_service.conf')] : []),
        join(env.PGSYSCONFDIR ?? '/etc/postgresql-common', 'pg_service.conf'),
      ];
  for (const path of files) {
    const text = await readTextIfPresent(path, { subject: 'service-file', links: 'follow', isTrusted: true });
    const settings = text === null ? null : parseServiceFile(text, path).get(name);
    if (!settings) continue;
    const found: Parameters = {};
    for (const [key, value] of settings)
      if (key !== 'service' && isParameter(key)) found[key] = value;
      else if (!WITHOUT_EFFECT.includes(key)) throw unknownParameter(key, `${path}, [${name}]: `);
    return found;
  }
  throw refusal(
    `there is no service ${JSON.stringify(name)} in ${files.join(' or ')}`,
    `add it: [${name}], then lines such as host=db.example`,
  );
}

/** Modes that verify nothing, or not the name of the host. */
const UNVERIFIED: readonly string[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'no-verify'];
/** The modes that leave TLS out on this machine. */
const PLAIN: readonly string[] = ['disable', 'allow', 'prefer'];

/** True if nothing between this process and the server is another machine. */
export function isThisMachine(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

async function tlsOf(
  host: string,
  value: (name: Parameter) => string | null,
  from: string,
): Promise<StoreTls | null> {
  const mode = value('sslmode') ?? (isThisMachine(host) ? 'prefer' : 'verify-full');
  if (mode !== 'verify-full' && !UNVERIFIED.includes(mode))
    throw refusal(`${from}: unknown sslmode ${JSON.stringify(mode.slice(0, 40))}`, 'sslmode=verify-full');
  if (mode !== 'verify-full' && !isThisMachine(host))
    throw refusal(
      `${from}: sslmode=${mode} does not prove that ${host} is the server, so another machine could read and change runs`,
      'sslmode=verify-full, with sslrootcert=FILE for an authority of your own',
    );
  if (host.startsWith('/') || PLAIN.includes(mode)) return null;
  const root = value('sslrootcert');
  const key = await pemOf(value('sslkey'), 'key');
  return {
    ca: root === 'system' ? null : await pemOf(root, 'certificate'),
    cert: await pemOf(value('sslcert'), 'certificate'),
    key: () => key,
  };
}

async function pemOf(path: string | null, subject: 'certificate' | 'key'): Promise<string | null> {
  if (path === null) return null;
  return (await readRegularFile(path, { subject, links: 'follow' })).toString('utf8');
}
