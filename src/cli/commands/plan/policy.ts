/** `refit policy check [PLAN|SAVED]`: shows what the policy demands, from which file, and whether a plan keeps to it. */
import { EXIT_PLAN_INVALID, exitCodeOf } from '../../../errors.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Finding, JudgedRule, Policy, PolicyRule } from '../../../model.ts';
import { checkSubject } from '../../../operations/check-policy.ts';
import { readPolicyFiles, SYSTEM_POLICY, userPolicyOf } from '../../../operations/read-policy.ts';
import { describeRule } from '../../../policy/describe-policy.ts';
import { judgePolicy } from '../../../policy/judge-policy.ts';
import { statedAt } from '../../../policy/policy-findings.ts';
import { usedPolicy } from '../../../policy/tighten.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { type Options, regionFrom } from '../../options.ts';
import { print } from '../../output.ts';
import { readInventoryFile } from '../../plan-inputs.ts';
import { readProvider } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';

const INVALID = exitCodeOf('policy-invalid');
const REFUSED = exitCodeOf('policy-refused');
const UNSIGNED = exitCodeOf('not-approved');

/** @returns 0; 5 if the policy refuses the plan, 11 if only signatures are missing, 65 if a policy file is not valid. */
export const policyCheck: CommandCode = async ([file], options, terminal) => {
  const { env } = terminal;
  const { policy, findings } = await readPolicyFiles({ env, named: options.policy ?? null });
  if (policy === null) {
    await printFindings(findings, options, terminal);
    return INVALID;
  }
  const subject = file === undefined ? null : await subjectOf(file, options, terminal);
  if (subject !== null && 'findings' in subject) {
    await printFindings(subject.findings, options, terminal);
    return EXIT_PLAN_INVALID;
  }
  const judged: JudgedRule[] =
    subject === null
      ? policy.rules.map((rule) => ({ rule, status: 'idle' as const, reason: null }))
      : judgePolicy(policy, subject);
  const used = usedPolicy(policy);
  await print(terminal, options, {
    text: () => checkText(policy, judged, subject !== null),
    json: {
      valid: true,
      policy: used,
      rules: judged.map(({ rule, status, reason }) => ({
        ...jsonOf(rule),
        ...(subject === null ? {} : { status, message: reason === null ? null : textOf(reason) }),
      })),
    },
    indent: 2,
  });
  if (options.format !== 'json' && used === null)
    terminal.hint(`no policy: there is no ${SYSTEM_POLICY} and no ${userPolicyOf(env)}`);
  if (judged.some(({ status }) => status === 'refused')) return REFUSED;
  return judged.some(({ status }) => status === 'unsigned') ? UNSIGNED : 0;
};

function printFindings(findings: readonly Finding[], options: Options, terminal: Terminal): Promise<void> {
  const text = () => `${findingsText(findings, terminal.color.out)}\n`;
  return print(terminal, options, { text, json: { valid: false, findings }, indent: 2 });
}

function subjectOf(file: string, options: Options, terminal: Terminal): ReturnType<typeof checkSubject> {
  const { inventory: source, endpoint = null, profile = null } = options;
  return checkSubject(file, {
    env: terminal.env,
    now: terminal.clock.now(),
    endpoint,
    region: regionFrom(options),
    profile,
    planFrom: async (use) =>
      source === undefined
        ? readProvider(options, terminal, (reader) => use(reader))
        : use({ inventory: await readInventoryFile(source), source }),
  });
}

function jsonOf(rule: PolicyRule) {
  const { key, location } = rule;
  return { key, demands: describeRule(rule), location };
}

function checkText(policy: Policy, judged: readonly JudgedRule[], hasPlan: boolean): string {
  const used = usedPolicy(policy);
  if (used === null) return 'no policy\n';
  const rows = judged.map(({ rule, status, reason }) => [
    ...(hasPlan ? [status === 'idle' ? 'not concerned' : status] : []),
    rule.key,
    describeRule(rule),
    statedAt(rule),
    ...(hasPlan ? [reason === null ? '' : textOf(reason)] : []),
  ]);
  const columns = rows[0]?.map(() => ({})) ?? [];
  const lines = rows.length === 0 ? ['no rules'] : table(rows, columns, Number.POSITIVE_INFINITY, '');
  return [`policy ${used.digest.slice(0, 8)} from ${used.files.join(', ')}`, ...lines, '']
    .map(escapeControls)
    .join('\n');
}
