/** Reads and checks a run for an audit. It trusts nothing before the check. */
import { RefitError } from '../../errors.ts';
import { textOf } from '../../messages/messages.ts';
import type { Approver, JournalEntry } from '../../model.ts';
import { readApprovers } from '../../plan/parse/read-approvers.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import { createAdoptions, describeAdoption } from '../../report/run/adoptions.ts';
import { whyNotTrusted } from '../../run/judge-adoption.ts';
import { RUN_FILES } from '../../store/folder/run-files.ts';
import type { RunReader, SignatureKind } from '../../store/ports.ts';
import { fileOfRun } from '../../store/run-reading.ts';
import { escapeControls } from '../../text.ts';
import { readNamedText } from '../machine.ts';
import { readInput } from '../named-files.ts';
import { examineApprovals, examinePolicyApprovals } from './examine-approvals.ts';
import { examineDeclines } from './examine-declines.ts';
import { createExamination, type KnownHead } from './examine-journal.ts';
import { examinePlanners } from './examine-planners.ts';
import { examineSignatures } from './examine-signatures.ts';

/**
 * @param heads hashes that the journal must contain, besides the head in its report.
 * @param signatureFiles signatures outside the run. @param signersFile a list of signers; one of them must have signed.
 * @returns the texts of the run and the result. `audit.chainSound` is false if the journal was changed or is incomplete.
 * `audit.signed` names the signers. `audit.authentic`: the run is sound, and a listed person signed its last entry.
 * `audit.adoptions`: who continued a run with a doubtful journal.
 * `audit.notTrusted`: why the store does not vouch for the run, or null.
 * `audit.declines`: who declined the plan, with what was withdrawn.
 * @throws RefitError `usage` if a file cannot be read, and what reading the saved plan throws.
 */
export async function examineRun(
  run: RunReader,
  {
    heads = [],
    signatureFiles = [],
    signersFile = null,
  }: {
    readonly heads?: readonly KnownHead[];
    readonly signatureFiles?: readonly string[];
    readonly signersFile?: string | null;
  } = {},
) {
  const planText = await run.planText();
  const saved = readSavedPlan(planText);
  const signers = signersFile === null ? null : await readSigners(signersFile);
  const name = fileOfRun(run, RUN_FILES.journal);
  const reported = await run.reportedHead();
  const known = [...heads, ...(reported === null ? [] : [{ hash: reported, from: RUN_FILES.report }])];
  const examination = createExamination({ name, saved, heads: known });
  // The journal may be long, so Refit keeps only what the checks of approvals and signatures need.
  const approving: JournalEntry[] = [];
  const hashes: { hash: string }[] = [];
  const adopting = createAdoptions();
  const { journal, trust } = await run.walk(saved, (entry) => {
    examination.add(entry);
    if (entry.kind === 'approved' || entry.kind === 'wave-started') approving.push(entry);
    adopting.add(entry);
    hashes.push({ hash: entry.hash });
  });
  const chain = examination.end(journal);
  const kept = async (kind: SignatureKind) =>
    (await run.kept(kind)).map(({ file, text }) => ({ file: fileOfRun(run, file), text }));
  const approved = examineApprovals(approving, { name, saved, kept: await kept('approvals') });
  const forPolicy = examinePolicyApprovals(
    approving,
    { name, saved, kept: await kept('policyApprovals') },
    signers,
  );
  const given = await Promise.all(
    signatureFiles.map(async (file) => ({
      file,
      text: (await readInput(file, 'signature')).toString('utf8'),
    })),
  );
  const signatures = await run.kept('signatures');
  const offered = [...signatures, ...given];
  const signed = examineSignatures(hashes, { saved, offered, signers });
  const planSignatures = await run.kept('planSignatures');
  const planned = examinePlanners(saved, planSignatures, signers);
  const declineTexts = await run.kept('declines');
  const declined = examineDeclines(saved, declineTexts);
  const notTrusted = whyNotTrusted(trust);
  const isChanged = trust !== null && ['behind', 'changed', 'extended'].includes(trust.kind);
  const adoptions = [...adopting.all];
  const remembered = {
    faults: isChanged && notTrusted !== null ? [escapeControls(textOf(notTrusted))] : [],
    warnings: adoptions.map((one) => escapeControls(`${name}: adopted ${describeAdoption(one)}`)),
  };
  const checks = [chain, remembered, approved, forPolicy, planned, declined, signed];
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
    declines: declined.declines,
  };
  return { run, planText, saved, journal, signatures, planSignatures, declineTexts, audit };
}

/** @throws RefitError `journal-broken` with the faults, if the run is not sound. */
export function mustBeSound({ run, audit }: Awaited<ReturnType<typeof examineRun>>, instead: string): void {
  if (audit.sound) return;
  throw new RefitError('journal-broken', `${run.name} is not sound: ${audit.faults.join('; ')}`, instead);
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
