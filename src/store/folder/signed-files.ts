/**
 * The files of signatures. Refit looks for approvals beside the saved plan, beside the plan of the run directory, and in its
 * `approvals` folder. That folder keeps the approvals that counted, and `policy-approvals` those that a policy required. The `signatures` folder has signatures over the head
 * of the journal. The `plan-signatures` folder keeps the signatures of people who planned the saved plan, and `declines` the declines.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Offered } from '../../approval/judge-approvals.ts';
import { approvalName, safeName } from '../../approval/signed-files.ts';
import { readRegularFile } from '../../files/open-file.ts';
import { makeFolder, replaceOwnFile } from '../../files/write-file.ts';
import type { ApprovalFile, PlanSignature } from '../../model.ts';
import { namesKey } from '../offered-approvals.ts';
import type { RunSignatures, SignatureKind } from '../ports.ts';
import { RUN_FILES, textOf } from './run-files.ts';

/** The path of an approval: `saved.json.approval-wei.json`, or with the wave `saved.json.approval-wei.canary.json`. */
export function approvalPath(saved: string, approval: Pick<ApprovalFile, 'by' | 'wave'>): string {
  return `${saved}.approval-${approvalName(approval)}`;
}

/** The path of a planner's signature: `saved.json.plan-signature-wei.json`. */
export function planSignaturePath(saved: string, { by }: Pick<PlanSignature, 'by'>): string {
  return `${saved}.plan-signature-${safeName(by)}.json`;
}

/** The path of a decline or a withdrawal: `saved.json.decline-wei-1f0c2ab91f0c.json`. */
export function declinePath(saved: string, { name }: { readonly name: string }): string {
  return `${saved}${BESIDE.declines}${name}`;
}

/** What the names of offered files contain, after the name of the saved plan. */
const BESIDE = {
  approvals: '.approval-',
  planSignatures: '.plan-signature-',
  declines: '.decline-',
} as const;

async function offeredPaths(
  saved: string | null,
  directory: string | null,
  kind: keyof typeof BESIDE,
): Promise<string[]> {
  const beside = async (path: string) =>
    (await namesIn(dirname(path)))
      .filter((name) => name.startsWith(`${basename(path)}${BESIDE[kind]}`))
      .map((name) => join(dirname(path), name));
  const paths = [
    ...(saved === null ? [] : await beside(saved)),
    ...(directory === null ? [] : await beside(join(directory, RUN_FILES.plan))),
    ...(directory === null ? [] : await keptIn(directory, kind)),
    ...(directory === null || kind !== 'approvals' ? [] : await keptIn(directory, 'policyApprovals')),
  ];
  return [...new Set(paths)];
}

/** How many approvals of other plans Refit reads in a folder. */
const MOST_OTHERS = 1_000;

/** The paths of approvals beside a saved plan that belong to other plans. */
async function approvalsOfOthers(saved: string): Promise<string[]> {
  const names = await namesIn(dirname(saved));
  return names
    .filter(
      (name) => name.includes(BESIDE.approvals) && !name.startsWith(`${basename(saved)}${BESIDE.approvals}`),
    )
    .slice(-MOST_OTHERS)
    .map((name) => join(dirname(saved), name));
}

/** Keeps signed texts in their folder of a run directory. */
export async function keepSigned(
  directory: string,
  kind: SignatureKind,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  const folder = join(directory, RUN_FILES[kind]);
  await makeFolder(folder);
  for (const { name, text } of files) await replaceOwnFile(join(folder, name), text);
}

/**
 * The signed texts of a run directory, and those beside a saved plan.
 * @param savedFile the path of the saved plan; null if it is only in the run directory.
 */
export function folderSignatures(savedFile: string | null, directory: string | null): RunSignatures {
  return {
    async offered(kind) {
      return readOffered(await offeredPaths(savedFile, directory, kind));
    },
    async offeredElsewhere(keys) {
      const others = savedFile === null ? [] : await approvalsOfOthers(savedFile);
      return (await readOffered(others)).filter(({ text }) => namesKey(text, keys));
    },
    async keep(kind, files) {
      if (directory !== null) await keepSigned(directory, kind, files);
    },
  };
}

/** Reads the signed texts that a run directory keeps, under their names in it: `approvals/wei.json`. */
export async function keptSigned(directory: string, kind: SignatureKind): Promise<Offered[]> {
  const offered = await readOffered(await keptIn(directory, kind));
  return offered.map(({ file, text }) => ({ file: `${RUN_FILES[kind]}/${basename(file)}`, text }));
}

/** Reads signed files. A file that is not UTF-8 gets an empty text, so it does not count. */
function readOffered(paths: readonly string[]): Promise<Offered[]> {
  return Promise.all(paths.map(async (file) => ({ file, text: textOf(await shortFile(file)) ?? '' })));
}

/** The bytes of a short file; none if Refit does not read it. In the volume of a pod, such a file is a link. */
async function shortFile(path: string): Promise<Buffer> {
  const links = { inside: dirname(path) };
  return readRegularFile(path, { subject: 'signature', links }).catch(() => Buffer.alloc(0));
}

async function keptIn(directory: string, kind: SignatureKind): Promise<string[]> {
  const folder = join(directory, RUN_FILES[kind]);
  return (await namesIn(folder)).filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
