/** The private key with which somebody approves a plan or signs a journal. */
import { join } from 'node:path';
import { type PrivateKey, readPrivateKey } from '../approval/keys.ts';
import { readInput } from './named-files.ts';

/** Who signs, when, and where the signature goes. */
export interface SigningOptions {
  /** The file of the private key; left out: `~/.ssh/id_ed25519`. */
  readonly key?: string | undefined;
  /** Who the signer claims to be. */
  readonly as?: string | undefined;
  /** Left out: beside the saved plan, where `apply` looks for an approval, or into the run directory. */
  readonly out?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since 1970 UTC */
  readonly now: number;
}

/** @throws RefitError `usage` where it cannot be read or is no such key. */
export async function readSigningKey({
  key,
  env,
}: SigningOptions): Promise<{ readonly file: string; readonly key: PrivateKey }> {
  const file = key ?? join(env.HOME ?? '', '.ssh', 'id_ed25519');
  return { file, key: readPrivateKey((await readInput(file, 'the key')).toString('latin1'), file) };
}
