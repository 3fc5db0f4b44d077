/**
 * Reads the proxy from the environment, and refuses an environment that switches the verification of TLS off. Lower case comes before upper case, as in curl. If only HTTP_PROXY is set, it
 * is also the proxy for https, as in undici and the provider's Node SDK.
 */
import { RefitError } from '../../errors.ts';

export interface ProxySettings {
  readonly url: string;
  /** Hosts without a proxy, as in NO_PROXY. */
  readonly except: string;
  /** The variable that names the proxy. */
  readonly from: string;
  /** Scheme, host and port for messages. */
  readonly urlWithoutPassword: string;
}

const NAMES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

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
  if (!['http:', 'https:', 'socks5:', 'socks:'].includes(url.protocol)) {
    throw refuse('must have the scheme http, https or socks5');
  }
  return {
    url: url.href,
    except: env.no_proxy ?? env.NO_PROXY ?? '',
    from,
    urlWithoutPassword: `${url.protocol}//${url.host}`,
  };
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
