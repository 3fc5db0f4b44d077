/** Attacks on signatures: agents that lie, names that deceive, approvals with chosen times. Nothing of it counts. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeApprovals } from '../../src/approval/judge-approvals.ts';
import { readPublicKey } from '../../src/approval/keys.ts';
import { approvalContent, encodeApproval } from '../../src/approval/signed-files.ts';
import { systemClock } from '../../src/clock.ts';
import { canonical } from '../../src/digest.ts';
import { textOf } from '../../src/messages/messages.ts';
import { readSigningKey } from '../../src/operations/signing-key.ts';
import { file, HOUR, keyOf, NOW, SAVED } from '../approval/people.ts';

const folder = mkdtempSync(join(tmpdir(), 'refit-agent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Waits are a hundred times shorter. */
const fast = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal),
};

const HAS_AGENT = (() => {
  try {
    execFileSync('sh', ['-c', 'command -v ssh-agent && command -v ssh-add && command -v ssh-keygen']);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!HAS_AGENT && process.env.REFIT_REQUIRE_ALL !== '1')('keys in the local ssh-agent', () => {
  const socket = join(folder, 'agent.sock');
  const path = (name: string) => join(folder, name);
  const open = (name: string) => {
    const key = readPublicKey(readFileSync(path(`${name}.pub`), 'utf8'));
    if ('fault' in key) throw new Error(key.fault.kind);
    return key;
  };
  const env = { ...process.env, SSH_AUTH_SOCK: socket, HOME: folder };
  const agent = HAS_AGENT
    ? spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    : null;

  beforeAll(async () => {
    await once(agent!.stdout!, 'data');
    const make = (name: string, type: string, pass: string) =>
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', pass, '-f', path(name)]);
    make('mine', 'ed25519', 'a passphrase');
    make('elsewhere', 'ed25519', 'a passphrase');
    make('ecdsa', 'ecdsa', '');
    writeFileSync(path('ask'), '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
    const asking = { ...env, SSH_ASKPASS: path('ask'), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
    for (const name of ['mine', 'ecdsa']) execFileSync('ssh-add', ['-q', path(name)], { env: asking });
  });
  afterAll(() => agent?.kill());

  it.each([
    ['a private key file with a passphrase', () => path('mine')],
    ['a public key file', () => path('mine.pub')],
    ['a fingerprint', () => open('mine').fingerprint],
  ])('sign for %s', async (_, key) => {
    const { key: signer } = await readSigningKey({ key: key(), env });
    expect(signer.public.line).toBe(open('mine').line);
    expect(open('mine').verify('a text', await signer.sign('a text'))).toBe(true);
  });

  it.each<[string, () => string, RegExp, RegExp]>([
    [
      'it is not in the agent',
      () => path('elsewhere'),
      /does not hold its private key/,
      /^ssh-add .*elsewhere$/,
    ],
    ['it is of another kind', () => path('ecdsa.pub'), /accepts only Ed25519/, /ssh-keygen/],
    [
      'the agent holds another kind with that fingerprint',
      () => execFileSync('ssh-keygen', ['-l', '-f', path('ecdsa.pub')], { encoding: 'utf8' }).split(' ')[1]!,
      /ecdsa-sha2-nistp256, and Refit accepts only Ed25519/,
      /ssh-keygen/,
    ],
    ['the fingerprint is cut off', () => 'SHA256:abc', /43 characters/, /ssh-add -l/],
  ])('do not sign when %s', async (_, key, message, fix) => {
    await expect(readSigningKey({ key: key(), env })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    });
  });

  it('do not sign without SSH_AUTH_SOCK, and the fix starts an agent', async () => {
    await expect(readSigningKey({ key: path('mine.pub'), env: {} })).rejects.toMatchObject({
      message: expect.stringMatching(/SSH_AUTH_SOCK is not set/),
      fix: expect.stringMatching(/ssh-add .*mine$/),
    });
  });
});

const part = (bytes: Buffer | string): Buffer => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};
const wei = keyOf('wei').public;
const blob = Buffer.from(wei.line.split(' ')[1]!, 'base64');
const list = part(Buffer.concat([Buffer.of(12, 0, 0, 0, 1), part(blob), part('a comment')]));
const signature = (name: string, text: string, algorithm = 'ssh-ed25519') =>
  part(Buffer.concat([Buffer.of(14), part(Buffer.concat([part(algorithm), part(keyOf(name).sign(text))]))]));

describe('a hostile agent', () => {
  it.each<[string, (type: number, socket: Socket) => void, RegExp]>([
    ['announces four gigabytes', (_, socket) => socket.write(Buffer.alloc(8, 0xff)), /announced an answer/],
    ['announces nothing', (_, socket) => socket.write(Buffer.alloc(8)), /announced an answer of 0 bytes/],
    ['never answers', () => {}, /did not answer within 5 s/],
    ['hangs up', (_, socket) => socket.end(), /closed the connection/],
    ['lists a billion keys', (_, s) => s.write(part(Buffer.of(12, 0x40, 0, 0, 0))), /lists 1073741824 keys/],
    ['cuts its list off', (_, s) => s.write(part(Buffer.of(12, 0, 0, 0, 1, 0, 0))), /cut off/],
    ['refuses to list', (_, s) => s.write(part(Buffer.of(5))), /did not list its keys/],
    ['refuses to sign', (type, s) => s.write(type === 11 ? list : part(Buffer.of(5))), /refused to sign/],
    [
      'signs with another key',
      (type, s) => s.write(type === 11 ? list : signature('mallory', 'a text')),
      /its signature is not by SHA256:/,
    ],
    [
      'signs another text',
      (type, s) => s.write(type === 11 ? list : signature('wei', 'another text')),
      /its signature is not by SHA256:/,
    ],
    [
      'answers with another algorithm',
      (type, s) => s.write(type === 11 ? list : signature('wei', 'a text', 'ssh-rsa')),
      /its signature is not by SHA256:/,
    ],
    [
      'signs byte by byte, forever too short',
      (type, s) => s.write(type === 11 ? list : part(Buffer.of(14, 0, 0, 0, 200))),
      /cut off/,
    ],
  ])('that %s ends with a message within a second', async (_, answer, message) => {
    const socket = join(folder, `hostile-${Math.abs(message.source.length)}-${_.length}.sock`);
    const connections = new Set<Socket>();
    const server = createServer((connection) => {
      connections.add(connection);
      connection.on('error', () => {});
      connection.on('data', (bytes) => answer(bytes[4]!, connection));
    }).listen(socket);
    await once(server, 'listening');
    try {
      const sign = async () =>
        (await readSigningKey({ key: wei.fingerprint, env: { SSH_AUTH_SOCK: socket } }, fast)).key.sign(
          'a text',
        );
      await expect(sign()).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
    } finally {
      for (const connection of connections) connection.destroy();
      server.close();
    }
  });

  it('that is a regular file is refused', async () => {
    const socket = join(folder, 'no-socket');
    writeFileSync(socket, '');
    await expect(
      readSigningKey({ key: wei.fingerprint, env: { SSH_AUTH_SOCK: socket } }, fast),
    ).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/cannot be used/) });
  });
});

describe('an approver with a key and a keyboard', () => {
  const approval = (issuedIn: number, expires: number) => {
    const what = { digest: SAVED.digest, wave: null, by: 'wei' };
    const content = approvalContent(what, wei, { now: NOW + issuedIn, expires });
    return encodeApproval({
      ...content,
      signature: keyOf('wei').sign(canonical(content)).toString('base64'),
    });
  };
  const judge = (text: string, limit?: number) =>
    judgeApprovals(SAVED, null, [{ file: 'f', text }], NOW, limit);

  it.each<[string, string, RegExp]>([
    ['from tomorrow', approval(24 * HOUR, HOUR), /in the future/],
    ['from ten minutes ahead', approval(HOUR / 6, HOUR), /in the future/],
    ['for a year', approval(0, 365 * 24 * HOUR), /valid for 365 d.*7 d at most/],
    ['issued long ago for eight days', approval(-24 * HOUR, 8 * 24 * HOUR), /7 d at most/],
  ])('cannot approve %s', (_, text, reason) => {
    const { counted, rejected } = judge(text);
    expect(counted).toEqual([]);
    expect(rejected.map((one) => textOf(one.reason)).join()).toMatch(reason);
  });

  it.each([
    ['a clock that is four minutes ahead', approval(4 * 60_000, HOUR)],
    ['exactly seven days', approval(0, 7 * 24 * HOUR)],
  ])('may approve with %s', (_, text) => expect(judge(text).counted).toHaveLength(1));

  it('cannot approve for longer than a stricter limit', () => {
    expect(judge(approval(0, 9 * HOUR), 8 * HOUR).counted).toEqual([]);
    expect(judge(approval(0, 8 * HOUR), 8 * HOUR).counted).toHaveLength(1);
  });

  it('who looks like an author of the plan does not count', () => {
    const saved = { ...SAVED, approvals: { ...SAVED.approvals!, authors: ['w\u0435i'] } };
    expect(judgeApprovals(saved, null, [{ file: 'f', text: file('wei') }], NOW).counted).toEqual([]);
  });
});
