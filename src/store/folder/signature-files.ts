/** The signatures over a run's journal: files in `signatures/` of its directory. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Offered } from '../../approval/judge-approvals.ts';
import { encodeHeadSignature } from '../../approval/signed-files.ts';
import type { HeadSignature } from '../../model.ts';
import { RUN_FILES, replaceFile } from './run-directory.ts';

/** A file of this kind holds a few hundred bytes; nothing longer is read. */
const MOST_BYTES = 10_000;

/** The file of somebody's signature in a run directory: one for each name, the newest. */
export function signaturePath(directory: string, by: string): string {
  const safe = by.replace(/[^\p{L}\p{N}._@+-]+/gu, '-');
  return join(directory, RUN_FILES.signatures, `${safe}.json`);
}

/** Keeps a signature in its run directory. @returns its path. */
export async function keepSignature(directory: string, signature: HeadSignature): Promise<string> {
  const path = signaturePath(directory, signature.by);
  await mkdir(join(directory, RUN_FILES.signatures), { recursive: true, mode: 0o700 });
  await replaceFile(path, encodeHeadSignature(signature));
  return path;
}

/** The signatures in a run directory, by name. */
export async function keptSignatures(directory: string): Promise<Offered[]> {
  const folder = join(directory, RUN_FILES.signatures);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
      const text = bytes.length > MOST_BYTES ? '' : bytes.toString('utf8');
      return { file: `${RUN_FILES.signatures}/${basename(name)}`, text };
    }),
  );
}
