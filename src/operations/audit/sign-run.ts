/** Signs the head of a run's journal. */
import { encodeHeadSignature, signHead } from '../../approval/sign-head.ts';
import { RefitError } from '../../errors.ts';
import type { HeadSignature, SavedPlan } from '../../model.ts';
import { word } from '../../next-command.ts';
import { keepSignature } from '../../store/folder/signed-files.ts';
import { userName } from '../machine.ts';
import { writeOutput } from '../named-files.ts';
import { readSigningKey } from '../signing-key.ts';
import { examineRun, mustBeSound } from './examine-run.ts';

/** Who signs, and where the signature goes. */
export interface SignOptions {
  /** The file of the private key; left out: `~/.ssh/id_ed25519`. */
  readonly key?: string | undefined;
  /** Left out: the user of the operating system. */
  readonly as?: string | undefined;
  /** Left out: the run directory. */
  readonly out?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since 1970 UTC */
  readonly now: number;
}

/** A signature, and what it is over. */
export interface SignedRun {
  readonly signature: HeadSignature;
  readonly path: string;
  readonly fingerprint: string;
  readonly saved: SavedPlan;
  readonly ended: boolean;
}

/** A name is part of a file name, and stands in sentences: as of approvers. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u;

/** @throws RefitError `journal-broken` where the run is not sound, `usage` where it has no entry. */
export async function signRun(directory: string, options: SignOptions): Promise<SignedRun> {
  const by = options.as ?? userName();
  if (!NAME.test(by)) {
    throw new RefitError(
      'usage',
      `${options.as === undefined ? 'the user' : '--as'} ${by}: a name is letters, digits and . _ @ + -, at most 64`,
      '--as wei',
    );
  }
  const run = await examineRun(directory);
  mustBeSound(
    run,
    `refit audit verify ${word(directory)}   tells all of it; nothing is signed that is not sound`,
  );
  const { saved, audit } = run;
  if (audit.entries === 0) {
    throw new RefitError(
      'usage',
      `${directory}: the journal has no entry yet: there is nothing to sign`,
      'sign it when the run has ended',
    );
  }
  const { key } = await readSigningKey(options.key, options.env);
  const { end } = run.journal;
  const what = { digest: saved.digest, head: end.hash, entries: end.seq, by };
  const signature = signHead(what, key, options.now);
  const path = options.out ?? (await keepSignature(directory, signature));
  if (options.out !== undefined) await writeOutput(options.out, encodeHeadSignature(signature));
  return { signature, path, fingerprint: key.public.fingerprint, saved, ended: audit.ended };
}
