/**
 * The proxy that the environment names. Lower case comes before upper case, as in curl. Where only HTTP_PROXY is set
 * it serves https too, as undici and the provider's Node SDK have it.
 */
import { RefitError } from '../../errors.ts';

export interface ProxySettings {
  readonly url: string;
  /** Hosts that are reached without it, as in NO_PROXY. */
  readonly except: string;
  /** The variable that names it. */
  readonly from: string;
  /** Scheme, host and port, without user and password: for messages. */
  readonly urlWithoutPassword: string;
}

const NAMES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/** Null where none is named. @throws RefitError `usage` for one that is no URL; the text itself is shown nowhere. */
export function proxyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): ProxySettings | null {
  const from = NAMES.find((name) => env[name]);
  if (from === undefined) return null;
  const text = env[from]!;
  const refuse = (why: string) =>
    new RefitError('usage', `${from} ${why}`, `export ${from}=http://HOST:PORT, or unset it`);
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
    // A stray % in a password would break later, in a message that quotes it.
    decodeURIComponent(`${url.username}${url.password}`);
  } catch {
    throw refuse('is no URL');
  }
  if (!['http:', 'https:', 'socks5:', 'socks:'].includes(url.protocol)) {
    throw refuse('has a scheme that is not http, https or socks5');
  }
  return {
    url: url.href,
    except: env.no_proxy ?? env.NO_PROXY ?? '',
    from,
    urlWithoutPassword: `${url.protocol}//${url.host}`,
  };
}
