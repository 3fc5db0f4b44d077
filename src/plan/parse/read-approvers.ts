/** Reads the file that `approvals.from` names: a list of names with public keys. Each fault is a finding with its location. */
import { readApproverKey } from '../../approval/approver-key.ts';
import { createClashFinder, MOST_APPROVERS, MOST_KEYS, namesOf } from '../../approval/check-approvers.ts';
import { isAuthor } from '../../approval/judge-approvals.ts';
import { nameFault } from '../../approval/names.ts';
import { message } from '../../messages/messages.ts';
import type { Approvals, Approver, ApproversInFile, FileText, Finding, Message, Plan } from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { createPlanText } from './plan-text.ts';
import type { Path } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';

/**
 * @param text the text of the file; null when Refit cannot read it. @param file its path, for locations.
 * @param authors people who may not approve: the plan's owner and the user who plans.
 * @returns the approvals to seal into the plan, or null with the findings.
 */
export function readApprovers(
  { need, from, location }: ApproversInFile,
  { text, file, authors }: { text: FileText; file: string; authors: readonly string[] },
): { readonly approvals: Approvals | null; readonly findings: readonly Finding[] } {
  const refuse = (refusal: Message) => ({
    approvals: null,
    findings: [createFinding('Refit.BadValue', refusal, null, location)],
  });
  if (typeof text !== 'string')
    return refuse(message('approval.no-approvers', { from, file, problem: text }));
  if (text.trim() === '') return refuse(message('approval.no-approvers', { from, file, problem: 'empty' }));
  const { approvers, findings } = readList(text.replace(/^\ufeff/, ''), file);
  if (findings.length > 0) return { approvals: null, findings };
  const approvals = { need, authors, approvers };
  const may = mayApprove(approvals);
  if (may.length >= need) return { approvals, findings };
  return refuse(message('approval.too-few-in-file', { need, file, may, authors }));
}

/** Refuses a plan from a run if its author is an approver and the other approvers are too few. */
export function tooFewApproversFindings(
  approvals: Approvals,
  made: Pick<Plan, 'file' | 'source'>,
): Finding[] {
  const { need, authors } = approvals;
  const may = mayApprove(approvals);
  if (may.length >= need) return [];
  const command = planAgain(made, 'SAVED');
  const tooFew = message('approval.too-few-in-run', { need, may, authors, command });
  return [createFinding('Refit.TooFewApprovers', tooFew)];
}

/** The names of approvers who are not authors of the plan. */
function mayApprove({ authors, approvers }: Pick<Approvals, 'authors' | 'approvers'>): string[] {
  return namesOf(approvers).filter((name) => !isAuthor({ authors }, name));
}

/**
 * Reads the list. The file may be any file of the machine, because the plan names it. Therefore a finding has its line and
 * a reason, but never a word of it.
 */
function readList(text: string, file: string): { approvers: Approver[]; findings: Finding[] } {
  const source = createPlanText(text, file);
  const { tree, findings: broken, brokenFrom } = readYaml(source);
  const findings: Finding[] = broken.map((finding) =>
    createFinding(finding.code, causeWithoutText(finding), null, finding.location),
  );
  // After a syntax error, every finding about the structure is a guess.
  if (brokenFrom !== null) return { approvers: [], findings };
  const cutOff = new Set(
    tree?.doubtful.flatMap(({ path, comment }) => (comment === null ? [] : [path.join('.')])),
  );
  const approvers: Approver[] = [];
  const clashesOf = createClashFinder();
  if (tree === null) return { approvers: [], findings };
  const report = (code: string, path: Path, finding: Message, key = false): void => {
    if (tree.isRefused(path)) return;
    const found = source.finding({ code, message: finding }, key ? tree.keyAt(path) : tree.valueAt(path));
    findings.push({ ...found, excerpt: null });
  };
  if (!Array.isArray(tree.value)) {
    report('Refit.BadValue', [], message('approval.not-a-list'));
    return { approvers: [], findings };
  }
  if (tree.value.length > MOST_APPROVERS) {
    const tooMany = { approvers: tree.value.length, limit: MOST_APPROVERS };
    report('Refit.BadValue', [], message('approval.too-many-approvers', tooMany));
    return { approvers: [], findings };
  }
  for (const [index, entry] of (tree.value as readonly unknown[]).entries()) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      report('Refit.BadValue', [index], message('approval.not-an-approver'));
      continue;
    }
    for (const key of Object.keys(entry))
      if (key !== 'name' && key !== 'key')
        report('Refit.UnknownKey', [index, key], message('approval.unknown-key'), true);
    const { name, key: written } = entry as { readonly name?: unknown; readonly key?: unknown };
    for (const [member, value] of Object.entries({ name, key: written }))
      if (value === undefined)
        report('Refit.MissingKey', [index], message('approval.missing-key', { key: member }));
    const number = index + 1;
    const fault = typeof name === 'string' ? nameFault(name) : null;
    if (name !== undefined && (typeof name !== 'string' || fault !== null))
      report('Refit.BadValue', [index, 'name'], message('approval.bad-name', { fault }));
    else if (cutOff.has(`${index}.name`))
      report('Refit.BadValue', [index, 'name'], message('approval.name-cut-off'));
    if (written === undefined) continue;
    for (const { path, text: line } of keysIn(written, index)) {
      const key = line === null ? null : readApproverKey(line);
      if (key === null || 'fault' in key) {
        const badKey = message('approval.bad-key', { number, fault: key?.fault ?? null });
        report('Refit.BadValue', path, badKey);
        continue;
      }
      if (typeof name !== 'string') continue;
      for (const [member, clash] of clashesOf({ name, key }, number))
        report('Refit.BadValue', member === 'key' ? path : [index, member], clash);
      approvers.push({ name, key: key.line });
    }
  }
  if (approvers.length > MOST_APPROVERS)
    report(
      'Refit.BadValue',
      [],
      message('approval.too-many-approvers', { approvers: approvers.length, limit: MOST_APPROVERS }),
    );
  return { approvers, findings };
}

/** The keys of one person: a line, or a list of a few lines. A text of null is no key. */
function keysIn(written: unknown, index: number): { readonly path: Path; readonly text: string | null }[] {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const own: Path = [index, 'key'];
  if (!Array.isArray(written) || written.length === 0 || written.length > MOST_KEYS)
    return [{ path: own, text: textOf(written) }];
  return written.map((value, at) => ({ path: [...own, at], text: textOf(value) }));
}

/** The cause of a syntax error, if its sentence has no word of the file. */
function causeWithoutText({ messageId, params }: Finding): Message {
  switch (messageId) {
    case 'typed.conflict-marker':
      return { id: messageId, params };
    case 'typed.odd-character':
      return { id: messageId, params: { ...params, line: null } };
    case 'typed.indentation':
      return { id: messageId, params: { ...params, like: null } };
    default:
      return message('approval.not-yaml');
  }
}
