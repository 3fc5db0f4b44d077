/** What PostgreSQL, TLS and the network answer, each with its reason and its own fix. Pure. */
import { RefitError } from '../../errors.ts';
import { shellQuote } from '../../next-command.ts';
import { escapeControls } from '../../text.ts';
import type { StoreTarget } from './store-target.ts';

type Where = Pick<StoreTarget, 'host' | 'port' | 'user' | 'database' | 'place' | 'option'>;

interface Cause {
  readonly reason: (where: Where) => string;
  readonly fix: (where: Where) => string;
  /** The connection is gone or was never there. What a statement did before that is unknown. */
  readonly lost?: boolean;
}

/** Texts of a server in messages, characters. */
const LONGEST_TEXT = 300;

const LOST: Cause = {
  reason: () => 'the connection was cut',
  fix: ({ host, port }) => `check that the server runs: pg_isready -h ${host} -p ${port}`,
  lost: true,
};
const SILENT: Cause = {
  reason: ({ host }) => `${host} does not answer in time`,
  fix: ({ host, port }) => `check network and load: pg_isready -h ${host} -p ${port}`,
  lost: true,
};
const STARTING: Cause = {
  reason: () => 'the server is starting or shutting down',
  fix: () => 'try again in a few seconds; the log of the server says why it stopped',
  lost: true,
};
const UNTRUSTED: Cause = {
  reason: ({ host }) => `the TLS certificate of ${host} is not from an authority that Refit trusts`,
  fix: () => "add sslrootcert=FILE to the URL, with the certificate of the server's authority",
};
const NO_SCHEMA: Cause = {
  reason: () => 'the database has no Refit schema',
  fix: ({ option }) => `refit store migrate${option}`,
};

/** By SQLSTATE, by the error codes of Node, and by messages of `pg` that have no code. */
const CAUSES: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: {
    reason: ({ host, port }) => `nothing listens on ${host}, port ${port}`,
    fix: ({ host, port }) => `start PostgreSQL, or correct host and port: pg_isready -h ${host} -p ${port}`,
    lost: true,
  },
  ENOENT: {
    reason: ({ host }) => `there is no socket of PostgreSQL in ${host}`,
    fix: () => 'start PostgreSQL, or correct the folder',
    lost: true,
  },
  ENOTFOUND: {
    reason: ({ host }) => `the name ${host} is not known`,
    fix: ({ host }) => `check the spelling: getent hosts ${host}`,
    lost: true,
  },
  EAI_AGAIN: {
    reason: ({ host }) => `the name service does not answer for ${host}`,
    fix: ({ host }) => `try again; getent hosts ${host}   shows whether it does`,
    lost: true,
  },
  ECONNRESET: LOST,
  EPIPE: LOST,
  EHOSTUNREACH: SILENT,
  ENETUNREACH: SILENT,
  ETIMEDOUT: SILENT,
  'connect timeout': SILENT,
  'read timeout': SILENT,
  terminated: LOST,
  'answer too large': {
    reason: () => 'the answer is larger than Refit accepts',
    fix: () => 'check that this is the database of Refit',
    lost: true,
  },
  '57P01': STARTING,
  '57P02': STARTING,
  '57P03': STARTING,
  '53300': {
    reason: () => 'the server has no connection left',
    fix: () => 'raise max_connections, or run fewer processes',
    lost: true,
  },
  '28P01': {
    reason: ({ user }) => `the server refuses the password of ${user}`,
    fix: () => 'set PGPASSWORD, or correct the line of ~/.pgpass',
  },
  '28000': {
    reason: ({ user, database }) => `the server does not let ${user} connect to ${database}`,
    fix: ({ user }) => `create the login role ${user}, and allow it in pg_hba.conf`,
  },
  'no password': {
    reason: ({ user }) => `the server demands a password of ${user}, and there is none`,
    fix: ({ host, port, user, database }) =>
      `set PGPASSWORD, or add a line to ~/.pgpass: ${host}:${port}:${database}:${user}:PASSWORD`,
  },
  'no connect': {
    reason: ({ user, database }) => `${user} may not connect to the database ${database}`,
    fix: ({ user, database }) =>
      `as an administrator: psql -c ${shellQuote(`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(user)}`)}`,
  },
  '3D000': {
    reason: ({ database }) => `there is no database ${database}`,
    fix: ({ host, port, database }) => `createdb -h ${host} -p ${port} ${database}`,
  },
  '42501': {
    reason: ({ user }) => `${user} lacks a right`,
    fix: ({ option }) => `refit store check${option}   shows the missing GRANT`,
  },
  '3F000': NO_SCHEMA,
  '42P01': NO_SCHEMA,
  '25006': {
    reason: () => 'the server is read-only: a standby, or default_transaction_read_only is on',
    fix: () => 'use the name of the primary',
  },
  '57014': {
    reason: () => 'a statement took longer than Refit waits',
    fix: () => 'check the load of the server; pg_stat_activity shows what it waits for',
  },
  '55P03': {
    reason: () => 'another connection holds a lock for too long',
    fix: () => 'pg_stat_activity shows who holds it; try again',
  },
  '53100': {
    reason: () => 'the disk of the server is full',
    fix: () => 'free disk space on the server',
  },
  'no tls': {
    reason: ({ host }) => `${host} does not offer TLS`,
    fix: () => 'turn TLS on in the server: ssl = on in postgresql.conf, with a certificate',
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: {
    reason: ({ host }) => `the TLS certificate of ${host} has expired`,
    fix: () => 'renew the certificate of the server',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: ({ host }) => `the TLS certificate of the server is not for the name ${host}`,
    fix: () => 'use a name of the certificate, or renew the certificate with this name',
  },
};

/** A name in a statement. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Messages of `pg` that come without a code. */
const BY_MESSAGE: readonly (readonly [pattern: RegExp, cause: keyof typeof CAUSES])[] = [
  [/answer too large/i, 'answer too large'],
  [/query read timeout/i, 'read timeout'],
  [/timeout exceeded when trying to connect|due to connection timeout|timeout expired/i, 'connect timeout'],
  [/connection terminated|not queryable|client was closed|connection ended/i, 'terminated'],
  [/does not support SSL|establishing an SSL connection/i, 'no tls'],
  [/client password must be a string|no password|empty password/i, 'no password'],
];

/** The SQLSTATE, the code of Node, or our own word for an error of `pg`; null for another error. */
export function causeOf(error: unknown): string | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    // Several addresses of one name: each has its own error, and they say the same.
    const inner = one instanceof AggregateError ? one.errors[0] : one;
    const { code, message } = inner as { code?: unknown; message: string };
    if (one instanceof RefitError) continue;
    if (code === '42501' && /permission denied for database/.test(message)) return 'no connect';
    if (typeof code === 'string' && Object.hasOwn(CAUSES, code)) return code;
    const known = BY_MESSAGE.find(([pattern]) => pattern.test(message));
    if (known) return known[1];
    if (typeof code === 'string' && /^08/.test(code)) return 'terminated';
  }
  return null;
}

/** The SQLSTATE of an error of the server, such as 23505; null for another error. */
export function sqlStateOf(error: unknown): string | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const { code } = one as { code?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return null;
}

/** True if the connection was lost, so that nobody knows whether the last statement was carried out. */
export function isConnectionLost(error: unknown): boolean {
  const cause = causeOf(error);
  return cause !== null && CAUSES[cause]!.lost === true;
}

/**
 * The error for the user, if it is one of the store's: its connection, its rights, its schema. Another error of SQL
 * comes back as it is: the caller knows it, or it is a bug of Refit.
 */
export function storeError(error: unknown, where: Where): unknown {
  if (error instanceof RefitError) return error;
  const cause = causeOf(error);
  if (cause === null) return error;
  const { reason, fix } = CAUSES[cause]!;
  const said = sqlStateOf(error) !== null && error instanceof Error ? ` (${cleaned(error.message)})` : '';
  return new RefitError(
    'store-unreachable',
    `the store ${where.place} cannot be used: ${reason(where)}${said}`,
    fix(where),
    { cause: error },
  );
}

/** As `storeError`, for an attempt to connect: whatever failed there, the store cannot be used. */
export function connectError(error: unknown, where: Where): RefitError {
  const known = storeError(error, where);
  if (known instanceof RefitError) return known;
  const said = error instanceof Error ? cleaned(error.message) : 'no reason given';
  return new RefitError(
    'store-unreachable',
    `the store ${where.place} cannot be used: no connection (${said})`,
    `check that it is PostgreSQL: pg_isready -h ${where.host} -p ${where.port}`,
    { cause: error },
  );
}

/** A text of the server, harmless and short. */
function cleaned(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text;
  return escapeControls(short);
}
