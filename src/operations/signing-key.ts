/**
 * Finds the key that approves a plan, signs a plan or signs a journal: in a file, or in ssh-agent. Only Ed25519 keys sign.
 */
import { join } from 'node:path';
import { fingerprintOf, otherAlgorithm, readSignerKey, type Signer } from '../approval/keys.ts';
import { nameFault } from '../approval/names.ts';
import { type Clock, systemClock } from '../clock.ts';
import { RefitError } from '../errors.ts';
import { isMissing } from '../files/file-refused.ts';
import { message, textOf } from '../messages/messages.ts';
import { shellQuote } from '../next-command.ts';
import { escapeControls } from '../text.ts';
import { userName } from './machine.ts';
import { readInput } from './named-files.ts';
import { listAgentKeys, publicKeyOf, signWithAgent } from './ssh-agent.ts';

/** Signer, time and file of a signature. */
export interface SigningOptions {
  /**
   * A private key file, a public key file or a fingerprint `SHA256:…`. The agent must hold the private key of the last two.
   * Default: `~/.ssh/id_ed25519`.
   */
  readonly key?: string | undefined;
  /** The name that the signer claims. */
  readonly as?: string | undefined;
  /** The output file; default: next to the saved plan for an approval, or in the run directory. */
  readonly out?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since 1970 UTC */
  readonly now: number;
}

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/**
 * @returns the key, and the words for it in messages: the file or the fingerprint.
 * @throws RefitError `usage` if the file is not such a key, or the agent does not hold it.
 */
export async function readSigningKey(
  { key, env }: Pick<SigningOptions, 'key' | 'env'>,
  clock: Clock = systemClock,
): Promise<{ readonly file: string; readonly key: Signer }> {
  if (key?.startsWith('SHA256:')) {
    if (!FINGERPRINT.test(key))
      throw new RefitError(
        'usage',
        `--key ${escapeControls(key)}: a fingerprint is SHA256: and 43 characters`,
        'ssh-add -l shows the fingerprints of the keys in ssh-agent',
      );
    return { file: key, key: await keyInAgent(key, key, env, clock) };
  }
  const file = key ?? join(env.HOME ?? '', '.ssh', 'id_ed25519');
  const text = (await readKeyFile(file, key === undefined)).toString('latin1');
  const read = readSignerKey(text, file);
  if ('sign' in read) return { file, key: read };
  return { file, key: await keyInAgent(read.public.fingerprint, file, env, clock) };
}

/** @throws RefitError `usage` if nobody named a key and the usual one does not exist. */
function readKeyFile(file: string, isUsual: boolean): Promise<Buffer> {
  return readInput(file, 'key').catch((error) => {
    if (!isUsual || !isMissing(error)) throw error;
    throw new RefitError(
      'usage',
      `no --key is given, and there is no ${escapeControls(file)}`,
      'add --key FILE, the key that lists of people have for you; if you have none: ssh-keygen -t ed25519',
    );
  });
}

/** The name of the signer: `--as`, or the user of the operating system. @throws RefitError `usage` if it is not a name. */
export function signerName({ as }: Pick<SigningOptions, 'as'>): string {
  const by = as ?? userName();
  const fault = nameFault(by);
  if (fault === null) return by;
  const problem = textOf(message('approval.bad-person', { name: by, fault }));
  throw new RefitError('usage', `${as === undefined ? 'the user' : '--as'}: ${problem}`, '--as wei');
}

/** @param shown the file or the fingerprint, for messages. */
async function keyInAgent(
  fingerprint: string,
  shown: string,
  env: SigningOptions['env'],
  clock: Clock,
): Promise<Signer> {
  const socket = env.SSH_AUTH_SOCK ?? '';
  const isFile = shown !== fingerprint;
  const add = isFile ? `ssh-add ${shellQuote(shown.replace(/\.pub$/, ''))}` : 'ssh-add FILE';
  if (socket === '')
    throw new RefitError(
      'usage',
      `${escapeControls(shown)}: the private key must be in ssh-agent, and SSH_AUTH_SOCK is not set`,
      `eval "$(ssh-agent)" && ${add}`,
    );
  const held = await listAgentKeys(socket, clock);
  const found = held.find(({ blob }) => fingerprintOf(blob) === fingerprint);
  if (found === undefined)
    throw new RefitError(
      'usage',
      `${escapeControls(shown)}: ssh-agent does not hold its private key${isFile ? ` (${fingerprint})` : ''}`,
      add,
    );
  const key = publicKeyOf(found);
  if (key === null) throw otherAlgorithm(shown, escapeControls(found.algorithm));
  return { public: key, sign: (text) => signWithAgent(socket, key, text, clock) };
}
