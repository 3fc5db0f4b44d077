/** `refit audit export RUN`: everything a third party needs to check a run, as one archive. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RefitError } from '../../errors.ts';
import { word } from '../../next-command.ts';
import { visible } from '../../report/document/escape.ts';
import { evidenceFiles } from '../../report/run/evidence.ts';
import { decodeJournal } from '../../store/folder/journal-file.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import { VERSION } from '../../version.ts';
import { packEvidence } from '../audit/evidence-archive.ts';
import { examineRun, mustBeSound } from '../audit/examine-run.ts';
import { writeOutput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** The schemas that are handed over: what is in the archive and no more. */
const SCHEMAS = ['saved-plan', 'journal-entry', 'report', 'approval', 'head-signature'];

export async function auditExport(
  [directory]: readonly [string],
  options: GlobalOptions & { readonly out?: string },
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  const name = basename(resolve(directory));
  const out = options.out ?? `${name}.tar.gz`;
  const gzip = /\.(tar\.gz|tgz)$/.test(out);
  if (!gzip && !out.endsWith('.tar')) {
    throw new RefitError('usage', `-o ${out}: it writes .tar.gz, .tgz or .tar`, `-o ${name}.tar.gz`);
  }
  const run = await examineRun(directory);
  mustBeSound(
    run,
    `refit audit verify ${word(directory)}   tells all of it; to hand over what there is: tar czf ${word(`${name}.tar.gz`)} ${word(directory)}`,
  );
  const { saved, planText, journalPath, journal, approvals, signatures } = run;
  const bytes = await readFile(journalPath).catch(() => Buffer.alloc(0));
  const { entries: decoded } = decodeJournal(bytes);
  const files = evidenceFiles({
    saved,
    entries: decoded,
    planText,
    journalText: bytes.subarray(0, journal.wholeBytes).toString('utf8'),
    others: [
      ...approvals.map(({ file, text }) => ({ path: `${RUN_FILES.approvals}/${basename(file)}`, text })),
      ...signatures.map(({ file, text }) => ({ path: file, text })),
      ...(await schemas()),
    ],
    version: VERSION,
  });
  const at = Date.parse(decoded.at(-1)?.at ?? saved.sealedAt);
  await writeOutput(out, await packEvidence(files, { folder: name, at, gzip }));
  const { head, entries } = run.audit;
  if (format === 'json')
    await terminal.out(
      `${JSON.stringify({ file: out, head, entries, files: files.map(({ path }) => path) }, null, 2)}\n`,
    );
  else await terminal.out(`${visible(out)}\n`);
  if (!terminal.quiet) {
    terminal.err(`${files.length} files, ${entries} entries, head ${head}\n`);
    if (journal.tornBytes > 0)
      terminal.err(`the last ${journal.tornBytes} bytes of the journal are a torn entry and are left out\n`);
    if (signatures.length === 0)
      terminal.err(
        `send the head by another way, or sign it first: refit audit sign ${word(directory)} --key FILE\n`,
      );
  }
  return 0;
}

/** The schemas of this version, from where they are installed. */
async function schemas(): Promise<{ path: string; text: string }[]> {
  const folder = fileURLToPath(new URL('../../../schemas/', import.meta.url));
  const names = (await readdir(folder)).filter((file) => SCHEMAS.includes(file.replace('.schema.json', '')));
  return Promise.all(
    names.sort().map(async (file) => ({
      path: `schemas/${file}`,
      text: await readFile(`${folder}${file}`, 'utf8'),
    })),
  );
}
