/** Keys in the forms that people have. The keys in fixtures/ are for tests only, made by ssh-keygen 9.2 and openssl 3.0. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PrivateKey, type PublicKey, readPublicKey, readSignerKey } from '../../src/approval/keys.ts';
import { RefitError } from '../../src/errors.ts';
import { message, render } from '../../src/messages/messages.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'latin1');

function publicFrom(text: string): PublicKey {
  const key = readPublicKey(text);
  if ('fault' in key) throw new Error(key.fault.kind);
  return key;
}

function refusal(text: string, file = 'key'): { message: string; fix: string; code: string } {
  try {
    readSignerKey(text, file);
  } catch (error) {
    if (error instanceof RefitError) return { message: error.message, fix: error.fix, code: error.code };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a private key', () => {
  it.each([
    ['an OpenSSH file', 'wei', 'wei.pub'],
    ['PKCS#8 in PEM', 'li.pem', 'li-public.pem'],
  ])('as %s makes signatures that its public key verifies', (_, own, open) => {
    const key = readSignerKey(fixture(own), own) as PrivateKey;
    const theirs = publicFrom(fixture(open));
    expect(key.public.line).toBe(theirs.line);
    const signature = key.sign('a text');
    expect(signature).toHaveLength(64);
    expect(theirs.verify('a text', signature)).toBe(true);
    expect(theirs.verify('another text', signature)).toBe(false);
  });

  it('signs as in RFC 8032 (§7.1, test 1)', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
    const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    });
    expect((readSignerKey(pem as string, 'rfc') as PrivateKey).sign('').toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });

  it.each([
    [
      'PKCS#8 with a passphrase',
      fixture('li-with-passphrase.pem'),
      /has a passphrase/,
      /ssh-add key, then --key SHA256:/,
    ],
    [
      'a key of another kind',
      fixture('ecdsa'),
      /ecdsa-sha2-nistp256, and Refit accepts only Ed25519/,
      /ssh-keygen -t ed25519/,
    ],
    ['a public key of another kind', fixture('ecdsa.pub'), /ecdsa-sha2-nistp256, and Refit/, /ssh-keygen/],
    ['no key at all', 'hello', /not a key/, /ssh-keygen -t ed25519/],
    ['nothing', '', /not a key/, /ssh-keygen -t ed25519/],
  ])('is refused when it is %s, with a fix', (_, text, message, fix) => {
    const refused = refusal(text);
    expect(refused).toEqual({
      code: 'usage',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    });
    expect(refused.message).not.toContain('internal');
  });

  it.each([
    ['wei.pub', 'a public key'],
    ['li-public.pem', 'a public key in PEM'],
    ['with-passphrase', 'an OpenSSH file with a passphrase'],
  ])('is only its public part, for ssh-agent, when %s is %s', (name) => {
    const key = readSignerKey(fixture(name), name);
    expect(key).not.toHaveProperty('sign');
    expect(key.public.line).toMatch(/^ssh-ed25519 AAAA/);
  });

  it('signs as itself or is refused with a RefitError when it is cut off or changed anywhere', () => {
    const whole = fixture('wei');
    const own = readSignerKey(whole, 'wei').public.line;
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 33, max: 126 }),
        fc.boolean(),
        (at, byte, cut) => {
          const text = cut
            ? whole.slice(0, at)
            : whole.slice(0, at) + String.fromCharCode(byte) + whole.slice(at + 1);
          try {
            expect(readSignerKey(text, 'wei').public.line).toBe(own);
          } catch (error) {
            expect(error).toBeInstanceOf(RefitError);
          }
        },
      ),
    );
  });
});

describe('a public key', () => {
  const line = fixture('wei.pub').trim();

  it('has the fingerprint that ssh-keygen -l shows', () => {
    expect(publicFrom(line).fingerprint).toBe('SHA256:fbQMkZqLe08IdFw3T+YPWkO64RV29ksan/cIKyign9U');
  });

  it('is one text, whatever its comment is', () => {
    const bare = line.split(' ').slice(0, 2).join(' ');
    for (const text of [line, bare, `${bare} another comment`, `  ${bare}\n`])
      expect(publicFrom(text).line).toBe(bare);
  });

  it.each([
    ['a private key', fixture('wei'), /is a private key/],
    ['a private key in PEM', fixture('li.pem'), /is a private key/],
    ['a key of another kind', fixture('ecdsa.pub'), /ecdsa-sha2-nistp256, and Refit accepts only Ed25519/],
    ['a line that is cut off', line.slice(0, 50), /cut off/],
    ['a line with a byte changed in its head', line.replace('AAAAC3', 'AAAAC4'), /cut off or was changed/],
    ['a line without its key', 'ssh-ed25519', /cut off/],
    ['prose', 'the key of wei', /not an Ed25519 public key and not a passkey/],
    ['empty PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /not a public key/],
  ])('is refused when it is %s', (_, text, reason) => {
    const { fault } = readPublicKey(text) as Extract<ReturnType<typeof readPublicKey>, { fault: unknown }>;
    expect(render(message('approval.bad-key', { number: 1, fault }))).toEqual({
      message: expect.stringMatching(reason),
      fix: expect.stringMatching(/./),
      example: null,
    });
  });
});

const HAS_SSH_KEYGEN = (() => {
  try {
    // ssh-keygen has no option for its version, so this prints a fingerprint.
    execFileSync('ssh-keygen', ['-l', '-f', join(import.meta.dirname, 'fixtures/wei.pub')], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!HAS_SSH_KEYGEN && process.env.REFIT_REQUIRE_ALL !== '1')(
  'keys made by the local ssh-keygen command',
  () => {
    it.each(['one', 'two', 'three'])('sign, and have the fingerprint that it prints (%s)', (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'refit-keys-'));
      try {
        const path = join(folder, name);
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name} of a test`, '-f', path]);
        const printed = execFileSync('ssh-keygen', ['-l', '-f', path], { encoding: 'utf8' });
        const open = publicFrom(readFileSync(`${path}.pub`, 'utf8'));
        const key = readSignerKey(readFileSync(path, 'latin1'), path) as PrivateKey;
        expect(printed.split(' ')[1]).toBe(open.fingerprint);
        expect(open.verify(name, key.sign(name))).toBe(true);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
);
