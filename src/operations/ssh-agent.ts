/**
 * A small client of ssh-agent: lists its keys and asks it to sign. Source: draft-miller-ssh-agent (now RFC 9987), §4 to §6.
 * The agent is not trusted: answers are bounded in size and time, and each signature is verified before use.
 */
import { createConnection, type Socket } from 'node:net';
import { type PublicKey, readPublicKey } from '../approval/keys.ts';
import type { Clock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { escapeControls } from '../text.ts';

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/** The largest answer of OpenSSH's agent is 256 KiB. */
const MOST_BYTES = 256 * 1024;
/** Real agents hold a few keys. */
const MOST_KEYS = 1000;
/** Listing keys is immediate. A signature may wait for a person who confirms it (`ssh-add -c`). */
const LIST_TIMEOUT = 5_000;
const SIGN_TIMEOUT = 60_000;

/** A key that the agent holds. */
export interface AgentKey {
  /** The algorithm and the key in the SSH wire form. */
  readonly blob: Buffer;
  readonly algorithm: string;
}

/** @param socket the path in `SSH_AUTH_SOCK`. @throws RefitError `usage` if the agent does not answer as an agent does. */
export async function listAgentKeys(socket: string, clock: Clock): Promise<AgentKey[]> {
  const answer = await ask(socket, Buffer.of(REQUEST_IDENTITIES), { clock, timeout: LIST_TIMEOUT });
  const read = reader(answer, socket);
  if (read.byte() !== IDENTITIES_ANSWER) throw broken(socket, 'it did not list its keys');
  const count = read.number();
  if (count > MOST_KEYS) throw broken(socket, `it lists ${count} keys`);
  const keys: AgentKey[] = [];
  for (let at = 0; at < count; at++) {
    const blob = read.bytes();
    read.bytes();
    keys.push({ blob, algorithm: reader(blob, socket).bytes().toString('latin1').slice(0, 60) });
  }
  return keys;
}

/** The Ed25519 public key with this blob; null for every other kind of key. */
export function publicKeyOf({ blob, algorithm }: AgentKey): PublicKey | null {
  const key = readPublicKey(`${algorithm} ${blob.toString('base64')}`);
  return 'fault' in key ? null : key;
}

/**
 * Asks the agent for an Ed25519 signature over the UTF-8 bytes of a text, and verifies it.
 * @returns 64 bytes. @throws RefitError `usage` if the agent refuses, or returns anything but a signature by this key.
 */
export async function signWithAgent(
  socket: string,
  key: PublicKey,
  text: string,
  clock: Clock,
): Promise<Buffer> {
  const request = Buffer.concat([
    Buffer.of(SIGN_REQUEST),
    withLength(Buffer.from(key.line.split(' ')[1]!, 'base64')),
    withLength(Buffer.from(text, 'utf8')),
    // No flags: they are for RSA.
    Buffer.alloc(4),
  ]);
  const answer = await ask(socket, request, { clock, timeout: SIGN_TIMEOUT });
  const read = reader(answer, socket);
  if (read.byte() !== SIGN_RESPONSE) {
    throw new RefitError(
      'usage',
      `ssh-agent refused to sign with ${key.fingerprint}: it is locked, or nobody confirmed`,
      'ssh-add -L lists its keys; ssh-add -X unlocks it',
    );
  }
  const blob = reader(read.bytes(), socket);
  const algorithm = blob.bytes().toString('latin1');
  const signature = blob.bytes();
  if (algorithm !== 'ssh-ed25519' || signature.length !== 64 || !key.verify(text, signature))
    throw broken(socket, `its signature is not by ${key.fingerprint}`);
  return signature;
}

function broken(socket: string, problem: string): RefitError {
  return new RefitError(
    'usage',
    `ssh-agent at ${escapeControls(socket)} cannot be used: ${problem}`,
    'check SSH_AUTH_SOCK: ssh-add -L must list your key; or use --key FILE with a private key file',
  );
}

/** Sends one request and reads one answer, without its length. */
async function ask(
  path: string,
  request: Buffer,
  { clock, timeout }: { readonly clock: Clock; readonly timeout: number },
): Promise<Buffer> {
  const socket = createConnection({ path });
  const done = new AbortController();
  try {
    const tooLate = clock.sleep(timeout, done.signal).then(() => {
      throw broken(path, `it did not answer within ${timeout / 1000} s`);
    });
    tooLate.catch(() => {});
    return await Promise.race([exchange(socket, request, path), tooLate]);
  } finally {
    done.abort();
    socket.destroy();
  }
}

function exchange(socket: Socket, request: Buffer, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    socket.on('error', ({ message }) => reject(broken(path, message)));
    socket.on('close', () => reject(broken(path, 'it closed the connection without an answer')));
    socket.on('connect', () => socket.write(withLength(request)));
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (answer.length < 4) return;
      const length = answer.readUInt32BE(0);
      if (length === 0 || length > MOST_BYTES)
        reject(broken(path, `it announced an answer of ${length} bytes`));
      else if (answer.length >= 4 + length) resolve(answer.subarray(4, 4 + length));
    });
  });
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads a message part by part. Every part must be inside it. */
function reader(bytes: Buffer, socket: string) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw broken(socket, 'its answer is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = () => take(4).readUInt32BE(0);
  return { byte: () => take(1)[0]!, number, bytes: () => take(number()) };
}
