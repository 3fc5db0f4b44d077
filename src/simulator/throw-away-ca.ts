/**
 * A certificate for loopback that signs itself, and is thereby its own authority. Node makes keys but no certificates,
 * so the machine's `openssl` command makes both; the key is never written to a disk.
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
 * Good for two days, for 127.0.0.1, ::1 and localhost. Clients trust it when they are given `cert` as their CA.
 * @param command the command to run, `openssl` unless somebody has it elsewhere
 * @throws RefitError `usage` where there is no such command
 */
export function makeThrowAwayCa(command = 'openssl'): Promise<ServerCertificate> {
  return new Promise((resolve, reject) => {
    execFile(command, ARGUMENTS, { encoding: 'utf8', timeout: 30_000 }, (cause, output) => {
      const [key] =
        /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(output) ?? [];
      const [cert] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(output) ?? [];
      if (!cause && key && cert) return resolve({ key: `${key}\n`, cert: `${cert}\n` });
      // The cause is left out: its message could hold what the command printed.
      reject(
        new RefitError(
          'usage',
          `--tls needs the command ${command} to make a certificate, and it ${cause && 'code' in cause && cause.code === 'ENOENT' ? 'is not there' : 'failed'}`,
          'install openssl 1.1.1 or newer, or leave --tls away',
        ),
      );
    });
  });
}
