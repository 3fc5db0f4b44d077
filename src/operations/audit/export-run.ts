/** Everything that a third party needs to check a run, as one archive. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RefitError } from '../../errors.ts';
import { word } from '../../next-command.ts';
import { evidenceFiles } from '../../report/run/evidence.ts';
import { decodeJournal } from '../../store/folder/journal-file.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import { VERSION } from '../../version.ts';
import { installed } from '../installed-files.ts';
import { writeOutput } from '../named-files.ts';
import { packEvidence } from './evidence-archive.ts';
import { examineRun, mustBeSound } from './examine-run.ts';

/** The schemas that are handed over: what is in the archive and no more. */
const SCHEMAS = ['saved-plan', 'journal-entry', 'report', 'approval', 'head-signature'];

/** What was packed. */
export interface ExportedRun {
  /** The archive. */
  readonly file: string;
  /** The files in it. */
  readonly files: readonly string[];
  readonly head: string;
  readonly entries: number;
  /** Bytes of a last entry that was never finished: they are left out. */
  readonly tornBytes: number;
  readonly signatures: number;
}

/** @param out the archive's file; left out: the run's name. @throws RefitError `journal-broken` where the run is not sound. */
export async function exportRun(directory: string, out: string | undefined): Promise<ExportedRun> {
  const name = basename(resolve(directory));
  const file = out ?? `${name}.tar.gz`;
  const gzip = /\.(tar\.gz|tgz)$/.test(file);
  if (!gzip && !file.endsWith('.tar')) {
    throw new RefitError('usage', `-o ${file}: it writes .tar.gz, .tgz or .tar`, `-o ${name}.tar.gz`);
  }
  const run = await examineRun(directory);
  mustBeSound(
    run,
    `refit audit verify ${word(directory)}   tells all of it; to hand over what there is: tar czf ${word(`${name}.tar.gz`)} ${word(directory)}`,
  );
  const { saved, planText, journal, approvals, signatures } = run;
  const bytes = await readFile(run.journalPath).catch(() => Buffer.alloc(0));
  const { entries } = decodeJournal(bytes);
  const files = evidenceFiles({
    saved,
    entries,
    planText,
    journalText: bytes.subarray(0, journal.wholeBytes).toString('utf8'),
    others: [
      ...approvals.map((one) => ({ path: `${RUN_FILES.approvals}/${basename(one.file)}`, text: one.text })),
      ...signatures.map((one) => ({ path: one.file, text: one.text })),
      ...(await schemas()),
    ],
    version: VERSION,
  });
  const at = Date.parse(entries.at(-1)?.at ?? saved.sealedAt);
  await writeOutput(file, await packEvidence(files, { folder: name, at, gzip }));
  return {
    file,
    files: files.map(({ path }) => path),
    head: run.audit.head,
    entries: run.audit.entries,
    tornBytes: journal.tornBytes,
    signatures: signatures.length,
  };
}

/** The schemas of this version. */
async function schemas(): Promise<{ path: string; text: string }[]> {
  const folder = await installed('schemas');
  const names = (await readdir(folder)).filter((file) => SCHEMAS.includes(file.replace('.schema.json', '')));
  return Promise.all(
    names.sort().map(async (file) => ({
      path: `schemas/${file}`,
      text: await readFile(join(folder, file), 'utf8'),
    })),
  );
}
