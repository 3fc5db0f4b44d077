/**
 * Makes a self-signed certificate for loopback and for the provider's hosts, which is its own certificate authority. Node cannot create
 * certificates, so the `openssl` command of the machine does. The key is never written to a disk.
 */
import { execFile } from 'node:child_process';
import { RefitError } from '../errors.ts';
import type { ServerCertificate } from './server.ts';
import { createRegions } from './world/geography.ts';

/**
 * The provider's hosts, so that a proxy can lead its clients here. A wildcard covers one label, so each region has its
 * own. Source: docs/provider.md P134 and P135.
 */
const PROVIDER_HOSTS: readonly string[] = [
  ...['com', 'com.cn', 'cn'].map((top) => `*.tencentcloudapi.${top}`),
  ...['intl', 'internal', ...createRegions([]).keys()].map((part) => `*.${part}.tencentcloudapi.com`),
];
const NAMES = ['IP:127.0.0.1', 'IP:::1', ...['localhost', ...PROVIDER_HOSTS].map((host) => `DNS:${host}`)];

const ARGUMENTS: readonly string[] = [
  ...['req', '-x509', '-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ...['-subj', '/CN=refit simulate', '-addext', `subjectAltName=${NAMES.join(',')}`],
  ...['-keyout', '-', '-out', '-'],
];

/**
 * Makes a certificate for 127.0.0.1, ::1, localhost and the provider's hosts. It is valid for two days. A client that uses `cert` as its CA
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
