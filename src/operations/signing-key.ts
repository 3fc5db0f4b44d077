/** The private key with which somebody approves a plan or signs a journal. */
import { join } from 'node:path';
import { type PrivateKey, readPrivateKey } from '../approval/keys.ts';
import { readInput } from './named-files.ts';

/**
 * @param named the file of the key; left out: `~/.ssh/id_ed25519`.
 * @throws RefitError `usage` where it cannot be read or is no such key.
 */
export async function readSigningKey(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly file: string; readonly key: PrivateKey }> {
  const file = named ?? join(env.HOME ?? '', '.ssh', 'id_ed25519');
  return { file, key: readPrivateKey((await readInput(file, 'the key')).toString('latin1'), file) };
}
