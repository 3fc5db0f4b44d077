/**
 * The files of approvals: offered beside the saved plan, beside the plan of the run directory and in its `approvals`
 * folder; those that a run was approved by are kept in that folder.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Offered } from '../../approval/judge-approvals.ts';
import { encodeApproval } from '../../approval/signed-files.ts';
import type { ApprovalFile } from '../../model.ts';
import { RUN_FILES, replaceFile } from './run-directory.ts';

/** A file of this kind holds a few hundred bytes; nothing longer is read. */
const MOST_BYTES = 10_000;

/** The file of an approval of the saved plan at `saved`: `saved.json.approval-wei.json`, with the wave's name before the end. */
export function approvalPath(saved: string, { by, wave }: Pick<ApprovalFile, 'by' | 'wave'>): string {
  return `${saved}.approval-${fileName({ by, wave })}`;
}

function fileName({ by, wave }: Pick<ApprovalFile, 'by' | 'wave'>): string {
  const safe = (name: string) => name.replace(/[^\p{L}\p{N}._@+-]+/gu, '-');
  return `${safe(by)}${wave === null ? '' : `.${safe(wave)}`}.json`;
}

/** @param saved the saved plan's path, where there is one beside that of the run directory. */
export async function offeredApprovals(saved: string | null, directory: string): Promise<Offered[]> {
  const beside = async (path: string) =>
    (await namesIn(dirname(path)))
      .filter((name) => name.startsWith(`${basename(path)}.approval-`))
      .map((name) => join(dirname(path), name));
  const paths = [
    ...(saved === null ? [] : await beside(saved)),
    ...(await beside(join(directory, RUN_FILES.plan))),
    ...(await keptPaths(directory)),
  ];
  return readAll([...new Set(paths)]);
}

/** What lies in the `approvals` folder of a run directory. */
export async function keptApprovals(directory: string): Promise<Offered[]> {
  return readAll(await keptPaths(directory));
}

/** Keeps the approvals that a run was approved by, byte by byte. */
export async function keepApprovals(directory: string, approvals: readonly ApprovalFile[]): Promise<void> {
  const folder = join(directory, RUN_FILES.approvals);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const approval of approvals)
    await replaceFile(join(folder, fileName(approval)), encodeApproval(approval));
}

async function keptPaths(directory: string): Promise<string[]> {
  const folder = join(directory, RUN_FILES.approvals);
  return (await namesIn(folder)).filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
}

/** A file that is no UTF-8 text cannot be an approval: it is offered with what could be read, and does not count. */
async function readAll(paths: readonly string[]): Promise<Offered[]> {
  const offered: Offered[] = [];
  for (const file of paths) {
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const text = bytes.length > MOST_BYTES ? '' : bytes.toString('utf8');
    offered.push({ file, text: Buffer.from(text, 'utf8').equals(bytes) ? text : '' });
  }
  return offered;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
