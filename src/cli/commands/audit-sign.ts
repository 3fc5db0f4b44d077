/** `refit audit sign RUN`: a signature over the head of its journal, kept in the run directory. */
import { join } from 'node:path';
import { readPrivateKey } from '../../approval/private-key.ts';
import { encodeHeadSignature, signHead } from '../../approval/sign-head.ts';
import { RefitError } from '../../errors.ts';
import { word } from '../../next-command.ts';
import { userName } from '../../operations/machine.ts';
import { visible } from '../../report/document/escape.ts';
import { keepSignature } from '../../store/folder/signature-files.ts';
import { examineRun, mustBeSound } from '../audit/examine-run.ts';
import { readInput, writeOutput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export interface AuditSignOptions extends GlobalOptions {
  readonly key?: string;
  readonly as?: string;
  readonly out?: string;
}

/** A name is part of a file name, and stands in sentences: as of approvers. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u;

export async function auditSign(
  [directory]: readonly [string],
  options: AuditSignOptions,
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
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
  const { saved, journal } = run;
  if (run.audit.entries === 0) {
    throw new RefitError(
      'usage',
      `${directory}: the journal has no entry yet: there is nothing to sign`,
      'sign it when the run has ended',
    );
  }
  const keyFile = options.key ?? join(terminal.env.HOME ?? '', '.ssh', 'id_ed25519');
  const key = readPrivateKey((await readInput(keyFile, 'the key')).toString('latin1'), keyFile);
  const { end } = journal;
  const what = { digest: saved.digest, head: end.hash, entries: end.seq, by };
  const signature = signHead(what, key, terminal.clock.now());
  const path = options.out ?? (await keepSignature(directory, signature));
  if (options.out !== undefined) await writeOutput(options.out, encodeHeadSignature(signature));
  if (format === 'json') await terminal.out(`${JSON.stringify({ file: path, signature }, null, 2)}\n`);
  else await terminal.out(`${visible(path)}\n`);
  if (!terminal.quiet) {
    terminal.err(
      `${by} signed entry ${end.seq} of ${visible(saved.name)} (head ${end.hash.slice(0, 8)}) with ${key.public.fingerprint}\n`,
    );
    if (!run.audit.ended) terminal.err('the run has not ended: what comes after is not signed\n');
  }
  return 0;
}
