/** Packs everything that a third party needs to check a run into one archive. */
import { basename } from 'node:path';
import { Header, Pack, ReadEntry } from 'tar';
import { approvalName, encodeApproval } from '../../approval/signed-files.ts';
import { RefitError } from '../../errors.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { createReport } from '../../report/run/build-report.ts';
import { type EvidenceFile, evidenceFiles, type LargeFile } from '../../report/run/evidence.ts';
import { approvalsOf } from '../../run/demand-approvals.ts';
import { RUN_FILES } from '../../store/folder/run-files.ts';
import type { RunReader } from '../../store/ports.ts';
import { VERSION } from '../../version.ts';
import { readInstalled } from '../installed-files.ts';
import { writeOutput } from '../named-files.ts';
import { examineRun, mustBeSound } from './examine-run.ts';
import { journalFiles, journalUpTo } from './journal-files.ts';

/** Names of signatures that cannot add a line to a list of files. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*\.json$/u;

/** The schemas of the files in the archive. */
const SCHEMAS = ['saved-plan', 'journal-entry', 'report', 'approval', 'plan-signature', 'head-signature'];
/** Those of texts that few runs have. */
const DECLINE_SCHEMAS = ['decline', 'decline-withdrawal'];

/**
 * Writes the archive of a run.
 * @param out the file of the archive; undefined: the name of the run.
 * @returns the archive and its files. `tornBytes`: the size of an incomplete last entry, which is not in the archive.
 * @throws RefitError `journal-broken` if the run is not sound.
 */
export async function exportRun(reader: RunReader, out: string | undefined) {
  const { id } = reader;
  const file = out ?? `${id}.tar.gz`;
  const gzip = /\.(tar\.gz|tgz)$/.test(file);
  if (!gzip && !file.endsWith('.tar')) {
    throw new RefitError(
      'usage',
      `-o ${file}: the file name must end with .tar.gz, .tgz or .tar`,
      `-o ${id}.tar.gz`,
    );
  }
  const { pieces, ...evidence } = await evidenceOf(reader);
  await writeOutput(file, pieces(gzip));
  return { file, ...evidence };
}

/**
 * The evidence of a run, before anybody packs it.
 * @returns as `exportRun`; `pieces` packs the archive, in pieces of bounded size.
 * @throws RefitError `journal-broken` if the run is not sound.
 */
export async function evidenceOf(reader: RunReader) {
  const { id, name } = reader;
  const run = await examineRun(reader);
  const verify = `refit audit verify ${shellQuote(name)}   lists every fault`;
  const anyway =
    reader.kind === 'folder'
      ? `; to send the directory anyway: tar czf ${shellQuote(`${id}.tar.gz`)} ${shellQuote(name)}`
      : '';
  mustBeSound(run, `${verify}${anyway}`);
  const { saved, planText, journal } = run;
  const { signatures } = run;
  const building = createReport(saved);
  const approvals: JournalEntry[] = [];
  let lastAt: string | null = null;
  const { end } = journal;
  for await (const { entries } of journalUpTo(reader, end))
    for (const entry of entries) {
      building.add(entry);
      if (entry.kind === 'approved') approvals.push(entry);
      lastAt = entry.at;
    }
  const files = evidenceFiles({
    saved,
    report: building.end(),
    planText,
    large: await journalFiles(reader, saved, end),
    others: [
      ...approvalsUsed(saved, approvals),
      ...[...run.planSignatures, ...run.declineTexts, ...signatures]
        .filter((one) => NAME.test(basename(one.file)))
        .map((one) => ({ path: one.file, text: one.text })),
      ...(await schemas(run.declineTexts.length > 0 ? [...SCHEMAS, ...DECLINE_SCHEMAS] : SCHEMAS)),
    ],
    version: VERSION,
  });
  const mtime = new Date(lastAt ?? saved.sealedAt);
  return {
    pieces: (gzip: boolean) => packed(files, id, mtime, gzip),
    files: files.map(({ path }) => path),
    head: run.audit.head,
    entries: run.audit.entries,
    tornBytes: journal.tornBytes,
    signatures: signatures.length,
  };
}

/**
 * The approvals that the run used, from its journal, under the names that Refit gives them. Verification has found each
 * of them in its folder. Other files there are not packed: anybody who can write there could name them.
 */
function approvalsUsed(saved: SavedPlan, entries: readonly JournalEntry[]): EvidenceFile[] {
  const used = entries.flatMap((entry) =>
    entry.kind === 'approved' && 'signed' in entry
      ? approvalsOf(saved, entry).map((approval) => ({ approval, how: entry.how }))
      : [],
  );
  const files = used.map(({ approval, how }) => ({
    path: `${how === 'policy' ? RUN_FILES.policyApprovals : RUN_FILES.approvals}/${approvalName(approval)}`,
    text: encodeApproval(approval),
  }));
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** The schemas of this version. */
async function schemas(wanted: readonly string[]): Promise<EvidenceFile[]> {
  const paths = wanted.map((name) => `schemas/${name}.schema.json`).sort();
  return Promise.all(paths.map(async (path) => ({ path, text: String(await readInstalled(path)) })));
}

/** Packs files in this order, with one time and no owner, so that a run always gives the same bytes. */
async function* packed(
  files: readonly (EvidenceFile | LargeFile)[],
  folder: string,
  mtime: Date,
  gzip: boolean,
): AsyncGenerator<Buffer> {
  const archive = new Pack({ portable: true, gzip: gzip ? { level: 9, portable: true } : false });
  addAll(archive, files, { folder, mtime }).catch((error: unknown) => archive.emit('error', error));
  for await (const piece of archive) yield piece;
}

async function addAll(
  archive: Pack,
  files: readonly (EvidenceFile | LargeFile)[],
  { folder, mtime }: { readonly folder: string; readonly mtime: Date },
): Promise<void> {
  for (const file of files) {
    const size = 'text' in file ? Buffer.byteLength(file.text) : file.size;
    const header = { path: `${folder}/${file.path}`, mode: 0o644, size, mtime, type: 'File' } as const;
    const entry = new ReadEntry(new Header(header));
    archive.add(entry);
    for await (const piece of 'text' in file ? [file.text] : file.pieces())
      if (piece !== '' && !entry.write(Buffer.from(piece, 'utf8')))
        await new Promise<void>((resolve) => entry.once('drain', resolve));
    entry.end();
  }
  archive.end();
}
