/** `refit policy check [PLAN|SAVED]`: shows what the policy demands, from which file, and whether a plan keeps to it. */
import { EXIT_PLAN_INVALID, exitCodeOf } from '../../../errors.ts';
import { message, textOf } from '../../../messages/messages.ts';
import type { Finding, JudgedRule, Policy, PolicyStatus } from '../../../model.ts';
import { checkSubject } from '../../../operations/check-policy.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readPolicyFiles, SYSTEM_POLICY, userPolicyOf } from '../../../operations/read-policy.ts';
import { describeRule, stateRule } from '../../../policy/describe-policy.ts';
import { judgePolicy } from '../../../policy/judge-policy.ts';
import { policyFindings, statedAt } from '../../../policy/policy-findings.ts';
import { nextByPolicy } from '../../../policy/review-policy.ts';
import { usedPolicy } from '../../../policy/tighten.ts';
import { describePolicy } from '../../../report/describe-policy.ts';
import { table, wrap } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { type Options, regionFrom, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
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
  const checked =
    subject === null || file === undefined
      ? null
      : { width: terminal.width, verdict: verdictOf(judged, file, options, 'digest' in subject.plan) };
  await print(terminal, options, {
    text: () => checkText(policy, judged, checked),
    json: {
      valid: true,
      policy: used,
      rules: judged.map(({ rule, status, reason }) => ({
        ...stateRule(rule),
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
    store: options.store,
    clock: terminal.clock,
    endpoint,
    region: regionFrom(options),
    profile,
    planFrom: async (use) =>
      source === undefined
        ? readProvider(options, terminal, (reader) => use(reader))
        : use({ inventory: await readInventoryFile(source), source }),
  });
}

function checkText(policy: Policy, judged: readonly JudgedRule[], plan: CheckedPlan | null): string {
  const used = usedPolicy(policy);
  if (used === null) return 'no policy\n';
  const rows = judged.map(({ rule, status }) => [
    ...(plan === null ? [] : [status === 'idle' ? 'not concerned' : status]),
    rule.key,
    describeRule(rule),
    statedAt(rule),
  ]);
  const columns = rows[0]?.map(() => ({})) ?? [];
  const lines = rows.length === 0 ? ['no rules'] : table(rows, columns, Number.POSITIVE_INFINITY, '');
  const withReasons = lines.flatMap((line, at) => {
    const reason = judged[at]?.reason ?? null;
    return plan === null || reason === null ? [line] : [line, ...wrap(textOf(reason), plan.width, '    ')];
  });
  return [
    `policy ${describePolicy(used)}`,
    ...withReasons,
    ...(plan === null ? [] : ['', ...plan.verdict]),
    '',
  ]
    .map(escapeControls)
    .join('\n');
}

/** What the text says of a plan beside the rules. */
interface CheckedPlan {
  readonly width: number;
  readonly verdict: readonly string[];
}

/** The verdict in a sentence, and the next command of a saved plan. */
function verdictOf(
  judged: readonly JudgedRule[],
  file: string,
  options: Options,
  isSaved: boolean,
): string[] {
  const has = (one: PolicyStatus) => judged.some(({ status }) => status === one);
  const status = has('refused') ? 'refused' : has('unsigned') ? 'unsigned' : 'met';
  const later = judged.filter((one) => one.status === 'unknown').length;
  const next =
    status === 'unsigned' && isSaved
      ? nextByPolicy(policyFindings(judged), { rules: judged.map(({ rule }) => rule) }, file)
      : null;
  return [
    textOf(message('policy.verdict', { status, later })),
    ...(next === null ? [] : [`next: ${withConnectionOptions(next, options)}`]),
  ];
}
