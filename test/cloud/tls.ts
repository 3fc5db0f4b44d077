/** Makes a temporary certificate authority and a server certificate with the openssl command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** Path and text of the authority's certificate, PEM. */
  readonly caFile: string;
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
  remove(): void;
}

export const HAS_OPENSSL: boolean = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** @param names such as `DNS:redis.sim.test` or `IP:127.0.0.1` */
export function makeCertificates(names: readonly string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'refit-tls-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-subj',
    '/CN=throw-away CA',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  openssl(
    'req',
    ...newKey.slice(0, 5),
    '-subj',
    '/CN=server',
    '-keyout',
    at('key.pem'),
    '-out',
    at('server.csr'),
  );
  writeFileSync(at('names'), `subjectAltName=${names.join(',')}\n`);
  const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', at('server.csr'), ...by, '-extfile', at('names'), '-out', at('cert.pem'));
  const text = (name: string) => readFileSync(at(name), 'utf8');
  return {
    caFile: at('ca.pem'),
    ca: text('ca.pem'),
    key: text('key.pem'),
    cert: text('cert.pem'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
