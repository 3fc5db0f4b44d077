/**
 * Reads the proxy from the environment, and refuses an environment that switches the verification of TLS off. As in
 * curl, lower case comes before upper case, and an empty variable counts as unset. If only HTTP_PROXY is set, it is
 * also the proxy for https, as in the provider's Node SDK.
 * Source: https://everything.curl.dev/usingcurl/proxies/env.
 */
import { RefitError } from '../../errors.ts';
import { isLoopback } from './hosts.ts';
import { type ProxyExceptions, proxyExceptions } from './no-proxy.ts';

export interface ProxySettings {
  readonly url: string;
  /** The value of NO_PROXY without passwords; empty without one. */
  readonly except: string;
  /** The hosts that Refit calls without the proxy. */
  readonly exceptions: ProxyExceptions;
  /** The variable that names the proxy. */
  readonly from: string;
  /** Scheme, host and port for messages. */
  readonly urlWithoutPassword: string;
}

const NAMES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'];
const HTTPS_PORT = 443;

const EXCEPT_NAMES = ['no_proxy', 'NO_PROXY'];

/** Null if none is set. @throws RefitError `usage` for a malformed URL, without its text: it may have a password. */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ProxySettings | null {
  const from = NAMES.find((name) => env[name]);
  if (from === undefined) return null;
  const text = env[from]!;
  const refuse = (problem: string) =>
    new RefitError('usage', `${from} ${problem}`, `export ${from}=http://HOST:PORT, or unset it`);
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    // A stray % in a password would fail later, with a message that quotes the password.
    decodeURIComponent(`${url.username}${url.password}`);
  } catch {
    throw refuse('is not a URL');
  }
  if (!['http:', 'https:', 'socks5:', 'socks5h:', 'socks:'].includes(url.protocol)) {
    throw refuse('must have the scheme http, https or socks5');
  }
  const exceptFrom = EXCEPT_NAMES.find((name) => env[name]);
  const except = exceptFrom === undefined ? '' : env[exceptFrom]!;
  return {
    // undici lets every SOCKS proxy look names up, which the h means.
    url: url.href.replace(/^socks5h:/, 'socks5:'),
    except: except.replace(/[^\s,]*@/g, '(hidden)@'),
    exceptions: proxyExceptions(exceptFrom ?? 'NO_PROXY', except),
    from,
    urlWithoutPassword: `${url.protocol}//${url.host}`,
  };
}

/**
 * True if a request to this origin goes through the proxy: https to another machine that NO_PROXY does not cover.
 */
export function usesProxy(
  { exceptions }: ProxySettings,
  { protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>,
): boolean {
  if (protocol !== 'https:' || isLoopback(hostname)) return false;
  return !exceptions.covers(hostname, Number(port || HTTPS_PORT));
}

/** @throws RefitError `usage` if the environment switches the verification of TLS off. Refit verifies it anyway. */
export function mustVerifyTls(env: Readonly<Record<string, string | undefined>>): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new RefitError(
    'usage',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of TLS off, and Refit sends keys and orders only to verified servers',
    'unset NODE_TLS_REJECT_UNAUTHORIZED; for a private certificate authority: export NODE_EXTRA_CA_CERTS=ca.pem',
  );
}
