/**
 * Makes a self-signed certificate for loopback, which is its own certificate authority. Node cannot create
 * certificates, so the `openssl` command of the machine does. The key is never written to a disk.
 */
import { execFile } from 'node:child_process';
import { RefitError } from '../errors.ts';
import type { ServerCertificate } from './server.ts';

const ARGUMENTS: readonly string[] = [
  ...['req', '-x509', '-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ...['-subj', '/CN=refit simulate', '-addext', 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost'],
  ...['-keyout', '-', '-out', '-'],
];

/**
 * Makes a certificate for 127.0.0.1, ::1 and localhost. It is valid for two days. A client that uses `cert` as its CA
 * trusts it.
 * @throws RefitError `usage` if the command does not exist or fails
 */
export function makeThrowAwayCa(command = 'openssl'): Promise<ServerCertificate> {
  return new Promise((resolve, reject) => {
    execFile(command, ARGUMENTS, { encoding: 'utf8', timeout: 30_000 }, (cause, output) => {
      const [key] =
        /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(output) ?? [];
      const [cert] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(output) ?? [];
      if (!cause && key && cert) return resolve({ key: `${key}\n`, cert: `${cert}\n` });
      // Without the cause: its message could contain the key that the command printed.
      reject(
        new RefitError(
          'usage',
          `--tls needs the command ${command} to make a certificate, and it ${cause && 'code' in cause && cause.code === 'ENOENT' ? 'was not found' : 'failed'}`,
          'install openssl 1.1.1 or newer, or omit --tls',
        ),
      );
    });
  });
}
