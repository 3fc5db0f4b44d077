/** Reads and checks a run directory for an audit. It trusts no file before the check. */
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import { readRegularFile } from '../../files/open-file.ts';
import { textOf } from '../../messages/messages.ts';
import type { Approver, JournalEntry } from '../../model.ts';
import { readApprovers } from '../../plan/parse/read-approvers.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { adoptionsIn, describeAdoption } from '../../report/run/adoptions.ts';
import { whyNotTrusted } from '../../run/judge-adoption.ts';
import { walkJournalFile } from '../../store/folder/journal-file.ts';
import { findKnownRun, judgeTrust, realPathOf } from '../../store/folder/known-runs.ts';
import { RUN_FILES, reportedHead } from '../../store/folder/run-directory.ts';
import { keptApprovals, keptSignatures } from '../../store/folder/signed-files.ts';
import { escapeControls } from '../../text.ts';
import { readNamedText } from '../machine.ts';
import { readInput } from '../named-files.ts';
import { examineApprovals, examinePolicyApprovals } from './examine-approvals.ts';
import { createExamination, type KnownHead } from './examine-journal.ts';
import { examinePlanners } from './examine-planners.ts';
import { examineSignatures } from './examine-signatures.ts';

/**
 * @param heads hashes that the journal must contain, besides the head in the report of the directory.
 * @param signatureFiles signatures outside the directory. @param signersFile a list of signers; one of them must have signed.
 * @param stateDirectory the user's state, which may know the run and how far its journal has come; null: do not ask it.
 * @returns the files of the run and the result. `audit.chainSound` is false if the journal was changed or is incomplete.
 * `audit.signed` names the signers. `audit.authentic`: the run is sound, and a listed person signed its last entry.
 * `audit.adoptions`: who continued a run with a doubtful journal.
 * `audit.notTrusted`: why the user's state does not vouch for the run, or null.
 * @throws RefitError `usage` if a file cannot be read, and what reading the saved plan throws.
 */
export async function examineRun(
  directory: string,
  {
    heads = [],
    signatureFiles = [],
    signersFile = null,
    stateDirectory = null,
  }: {
    readonly heads?: readonly KnownHead[];
    readonly signatureFiles?: readonly string[];
    readonly signersFile?: string | null;
    readonly stateDirectory?: string | null;
  } = {},
) {
  const planText = String(await readRegularFile(join(directory, RUN_FILES.plan), { subject: 'saved-plan' }));
  const saved = readSavedPlan(planText);
  const signers = signersFile === null ? null : await readSigners(signersFile);
  const journalPath = join(directory, RUN_FILES.journal);
  // Before the journal: a live run writes the mark after its entry.
  const marked = stateDirectory === null ? null : await findKnownRun(stateDirectory, saved.digest);
  const reported = await reportedHead(directory);
  const known = [...heads, ...(reported === null ? [] : [{ hash: reported, from: RUN_FILES.report }])];
  const examination = createExamination({ name: journalPath, saved, heads: known });
  // The journal may be long, so Refit keeps only what the checks of approvals and signatures need.
  const approving: JournalEntry[] = [];
  const hashes: { hash: string }[] = [];
  const adopting: JournalEntry[] = [];
  const journal = await walkJournalFile(journalPath, (entry) => {
    examination.add(entry);
    if (entry.kind === 'approved' || entry.kind === 'wave-started') approving.push(entry);
    if (entry.kind === 'run-started' || entry.kind === 'adopted') adopting.push(entry);
    hashes.push({ hash: entry.hash });
  });
  const chain = examination.end(journal);
  const approvals = await keptApprovals(directory);
  const approved = examineApprovals(approving, { name: journalPath, saved, kept: approvals });
  const forPolicy = examinePolicyApprovals(
    approving,
    { name: journalPath, saved, kept: await keptApprovals(directory, 'policyApprovals') },
    signers,
  );
  const given = await Promise.all(
    signatureFiles.map(async (file) => ({
      file,
      text: (await readInput(file, 'signature')).toString('utf8'),
    })),
  );
  const signatures = await keptSignatures(directory);
  const offered = [...signatures, ...given];
  const signed = examineSignatures(hashes, { saved, offered, signers });
  const planSignatures = await keptSignatures(directory, 'planSignatures');
  const planned = examinePlanners(saved, planSignatures, signers);
  const seen = {
    entries: hashes.length,
    tornBytes: journal.tornBytes,
    hashAtMark: hashes[(marked?.mark.seq ?? 0) - 1]?.hash ?? null,
  };
  const trust = stateDirectory === null ? null : judgeTrust(marked, await realPathOf(directory), seen);
  const notTrusted = whyNotTrusted(trust);
  const isChanged = trust !== null && ['behind', 'changed', 'extended'].includes(trust.kind);
  const adoptions = adoptionsIn(adopting);
  const kept = {
    faults: isChanged && notTrusted !== null ? [escapeControls(textOf(notTrusted))] : [],
    warnings: adoptions.map((one) => escapeControls(`${journalPath}: adopted ${describeAdoption(one)}`)),
  };
  const checks = [chain, kept, approved, forPolicy, planned, signed];
  const faults = checks.flatMap((one) => one.faults);
  const warnings = checks.flatMap((one) => one.warnings);
  const audit = {
    ...chain,
    sound: faults.length === 0,
    faults,
    warnings,
    chainSound: chain.sound && !isChanged,
    authentic: faults.length === 0 && signed.vouching.length > 0,
    vouchedForBy: signed.vouching,
    notTrusted,
    adoptions,
    signed: signed.good,
    plannedBy: planned.good,
  };
  return { directory, planText, saved, journalPath, journal, approvals, signatures, planSignatures, audit };
}

/** @throws RefitError `journal-broken` with the faults, if the run is not sound. */
export function mustBeSound(
  { directory, audit }: Awaited<ReturnType<typeof examineRun>>,
  instead: string,
): void {
  if (audit.sound) return;
  throw new RefitError('journal-broken', `${directory} is not sound: ${audit.faults.join('; ')}`, instead);
}

async function readSigners(file: string): Promise<{ file: string; list: readonly Approver[] }> {
  const text = await readNamedText(file, 'signers');
  const from = { need: 1, from: file, location: { file, line: 1, column: 1 } };
  const { approvals, findings } = readApprovers(from, { text, file, authors: [] });
  if (approvals !== null) return { file, list: approvals.approvers };
  const reason = text === null ? `${file} cannot be read` : (findings[0]?.message ?? 'the list is empty');
  throw new RefitError(
    'usage',
    `--signers ${file}: ${reason}`,
    findings[0]?.fix ?? '- { name: wei, key: ssh-ed25519 AAAA... }',
  );
}
