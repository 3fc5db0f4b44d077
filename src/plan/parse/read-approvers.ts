/** The file that `approvals.from` names: a list of names with their public keys. Each fault is a finding in its location. */
import { isAuthor, nameKey } from '../../approval/judge-approvals.ts';
import { readPublicKey } from '../../approval/keys.ts';
import type { Approvals, Approver, ApproversInFile, Finding, Plan } from '../../model.ts';
import { planAgain } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { asMembers, createPlanText, type Remedy } from './plan-text.ts';
import type { Path } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';

const EXAMPLE = '- { name: wei, key: ssh-ed25519 AAAA... }';
/** A name is part of a file name, and stands in sentences. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u;

/**
 * @param text the file's; null where there is none. @param file its path, for the places.
 * @param authors who may not approve: the plan's owner and whoever plans.
 * @returns what is sealed into the plan, or the findings for which it is not.
 */
export function readApprovers(
  { need, from, location }: ApproversInFile,
  { text, file, authors }: { text: string | null; file: string; authors: readonly string[] },
): { readonly approvals: Approvals | null; readonly findings: readonly Finding[] } {
  const refuse = (message: string, remedy: Remedy) => ({
    approvals: null,
    findings: [createFinding('Refit.BadValue', { message, ...asMembers(remedy) }, null, location)],
  });
  if (text === null || text.trim() === '') {
    const message = `approvals.from is ${from}, and ${file} ${text === null ? 'cannot be read' : 'is empty'}`;
    return refuse(message, { example: `in ${file}: ${EXAMPLE}` });
  }
  const { approvers, findings } = listed(text.replace(/^\ufeff/, ''), file);
  if (findings.length > 0) return { approvals: null, findings };
  const approvals = { need, authors, approvers };
  const who = tooFew(approvals);
  if (who === null) return { approvals, findings };
  return refuse(
    `approvals.need is ${need}, and by ${file} only ${who}`,
    `more approvers in ${file}, or a smaller need`,
  );
}

/** Who makes a plan from a run may be one of those who were to approve that run, and there may be too few beside. */
export function tooFewApproversFindings(
  approvals: Approvals,
  made: Pick<Plan, 'file' | 'source'>,
): Finding[] {
  const who = tooFew(approvals);
  if (who === null) return [];
  const message = `the plan needs ${approvals.need} approvals as its run did, and only ${who}`;
  const fix = `${planAgain(made, 'SAVED')}   typed by somebody who is no approver`;
  return [createFinding('Refit.TooFewApprovers', { message, fix })];
}

/** `jun may approve: dba and wei made the plan and may not`; null where there are enough. */
function tooFew({ need, authors, approvers }: Approvals): string | null {
  const may = approvers.filter(({ name }) => !isAuthor({ authors }, name)).map(({ name }) => name);
  if (may.length >= need) return null;
  const who = may.length === 0 ? 'nobody' : may.join(' and ');
  const not = authors.length === 0 ? '' : `: ${authors.join(' and ')} made the plan and may not`;
  return `${who} may approve${not}`;
}

function listed(text: string, file: string): { approvers: Approver[]; findings: Finding[] } {
  const source = createPlanText(text, file);
  const { tree, findings: broken } = readYaml(source);
  const findings: Finding[] = [...broken];
  const approvers: Approver[] = [];
  if (tree === null) return { approvers, findings };
  const say = (code: string, path: Path, message: string, remedy: Remedy, key = false): void => {
    if (tree.unreadable(path)) return;
    findings.push(
      source.finding({ code, message, ...asMembers(remedy) }, key ? tree.keyAt(path) : tree.valueAt(path)),
    );
  };
  if (!Array.isArray(tree.value)) {
    say('Refit.BadValue', [], 'the approvers are a list of names with their keys', { example: EXAMPLE });
    return { approvers, findings };
  }
  for (const [index, entry] of (tree.value as readonly unknown[]).entries()) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      say('Refit.BadValue', [index], 'an approver is a name and a key', { example: EXAMPLE });
      continue;
    }
    for (const key of Object.keys(entry))
      if (key !== 'name' && key !== 'key')
        say('Refit.UnknownKey', [index, key], `an approver has no ${key}`, { example: EXAMPLE }, true);
    const { name, key: written } = entry as { readonly name?: unknown; readonly key?: unknown };
    for (const [member, value] of Object.entries({ name, key: written }))
      if (value === undefined)
        say('Refit.MissingKey', [index], `an approver needs a ${member}`, { example: EXAMPLE });
    if (name !== undefined && (typeof name !== 'string' || !NAME.test(name))) {
      const message =
        "an approver's name is letters, digits and . _ @ + -, at most 64, as in the plan's owner";
      say('Refit.BadValue', [index, 'name'], message, { example: 'name: wei' });
    }
    if (written === undefined) continue;
    const key = typeof written === 'string' ? readPublicKey(written) : null;
    if (key === null || 'why' in key) {
      const { why = 'it is no text', fix = { example: EXAMPLE } } = key ?? {};
      say('Refit.BadValue', [index, 'key'], `the key of approver ${index + 1} is not taken: ${why}`, fix);
      continue;
    }
    if (typeof name !== 'string') continue;
    // One person with two names, or one key for two people, would count twice.
    if (approvers.some((other) => nameKey(other.name) === nameKey(name)))
      say('Refit.BadValue', [index, 'name'], `two approvers are called ${name}`, 'a name for each');
    const same = approvers.find((other) => other.key === key.line);
    if (same)
      say('Refit.BadValue', [index, 'key'], `${name} has the key of ${same.name}`, 'a key for each approver');
    approvers.push({ name, key: key.line });
  }
  return { approvers, findings };
}
