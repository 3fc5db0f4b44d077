/**
 * Changes policy files and lists of people, each from a seed: `npm run fuzz -- policies COUNT SEED`. Reading must
 * end without an exception and in bounded time. A file is refused with findings, or its policy judges every plan, and never
 * permits what the unchanged policy of the machine refuses.
 */
import type { Finding, Policy } from '../../src/model.ts';
import { describeRule } from '../../src/policy/describe-policy.ts';
import { judgePolicy, type PolicySubject } from '../../src/policy/judge-policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { policyFindings, refusalOf, refusalText } from '../../src/policy/policy-findings.ts';
import { hookEnvironmentOf, tighten, usedPolicy } from '../../src/policy/tighten.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { approversFile } from '../approval/people.ts';
import { plan, policyOf, subject } from '../policy/policies.ts';
import { type Met, search } from './search.ts';

type Random = () => number;

const POLICY = `version: 1
require:
  approvals:
    - { need: 1, from: approvers.yaml, when: { regions: [ap-guangzhou], tags: { env: [prod] }, shrink: true } }
    - { need: 2, from: approvers.yaml, when: { instances: "> 10", cost: ">= 1000.50 CNY" } }
  windows:
    timezone: Asia/Shanghai
    allow: [Tue-Thu 01:00-05:00]
    freeze: [2026-11-10..2026-11-12]
  plannedBy: { from: approvers.yaml }
  maxAge: 24h
allow:
  profiles: [default]
  regions: [ap-guangzhou]
  endpoints: [tencentcloudapi.com]
  hooks: [/usr/local/bin/page]
  hosts: ["*.example.com"]
  hookEnvironment: [PAGER_TEAM]
  privateAddresses: false
limit: { instances: 50, cost: "<= 1000 CNY", requestsPerSecond: 10, inFlight: 5, planExpiry: 48h }
`;
const PEOPLE = approversFile(['wei', 'jun', 'li']);

/** Pieces that YAML, the schema or a reader may stumble over. */
const PIECES = [
  ...[
    '&a ',
    '*a',
    '!!str ',
    '!x',
    '<<: ',
    '? ',
    '| ',
    '> ',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '# ',
    ': ',
    '- ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '\\',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '\u001b[31m',
    '\u202e',
    '\ufeff',
    '🔥',
    '\ud800',
  ],
  ...[
    '__proto__: 1\n',
    'constructor: {}\n',
    'toString: x\n',
    'null',
    '~',
    'true',
    'no',
    '1e309',
    '0x10',
    '-1',
    '.nan',
  ],
  ...[
    'version: 1\n',
    'limit:\n',
    'allow: {}\n',
    'require: []\n',
    'when: {}',
    'timezone: UTC',
    '2026-02-30',
    '24:00-00:00',
  ],
  ...['[[[[[[[[', '{a: {a: {a: ', 'a'.repeat(5_000), '999999d', '<= 0 CNY', '*.', '..', 'x'.repeat(300)],
];

const at = (random: Random, length: number): number => Math.floor(random() * length);

function mutate(random: Random, text: string): string {
  let changed = text;
  for (let times = 1 + at(random, 4); times > 0; times--) {
    const from = at(random, changed.length + 1);
    const lines = changed.split('\n');
    const line = at(random, lines.length);
    switch (at(random, 8)) {
      case 0:
        changed = changed.slice(0, from) + changed.slice(from + 1 + at(random, 20));
        break;
      case 1:
      case 2:
        changed = changed.slice(0, from) + PIECES[at(random, PIECES.length)]! + changed.slice(from);
        break;
      case 3:
        changed = lines.toSpliced(line, 0, lines[at(random, lines.length)]!).join('\n');
        break;
      case 4:
        changed = lines.toSpliced(line, 1).join('\n');
        break;
      case 5:
        changed = changed.replace(/\d+/g, (digits) => (random() < 0.1 ? String(at(random, 1_000)) : digits));
        break;
      case 6:
        changed = changed.slice(0, from);
        break;
      default:
        changed = changed.slice(0, from) + String.fromCharCode(at(random, 256)) + changed.slice(from + 1);
    }
  }
  return changed;
}

const WORSE = { ok: 0, unsigned: 1, refused: 2 };
const verdictOf = (policy: Policy, one: PolicySubject) => refusalOf(judgePolicy(policy, one))?.status ?? 'ok';

/** Plans that meet different rules of a policy. The last has no windows, hooks or hosts to judge. */
function subjects(): PolicySubject[] {
  const hook = { form: 'json', on: ['end'], secretEnv: null } as const;
  const windows = {
    timezone: 'UTC',
    allow: ['Wed 02:00-03:00'],
    freeze: [],
    calendars: [],
    lastStart: 0,
    atClose: 'drain',
  } as const;
  const soon = { finishBy: '2026-01-09T00:00:00.000Z' };
  return [
    subject(plan({ ...soon, windows, hooks: { halt: ['page'] } })),
    subject(plan({ ...soon, windows, notify: [{ ...hook, url: null, urlEnv: 'U' }] }), {
      env: { U: 'x:y' },
      tags: null,
    }),
    subject(plan(soon), { endpoint: null, offered: null, verifiedPlanners: null }),
  ];
}

/** Reads one changed file, and judges the plans by it. */
async function meet(
  policyText: string,
  peopleText: string,
  machine: Policy,
  plans: readonly PolicySubject[],
): Promise<Met> {
  const readBeside = async (from: string) => ({ file: from, text: peopleText });
  const { policy, findings } = await parsePolicy(policyText, 'policy.yaml', readBeside);
  if (policy === null)
    return { fault: findings.length === 0 ? 'refused without a finding' : null, texts: textsOf(findings) };
  if (findings.length > 0) return { fault: 'accepted with findings', texts: textsOf(findings) };
  usedPolicy(policy);
  hookEnvironmentOf(policy);
  const texts = policy.rules.map(describeRule);
  const both = tighten(machine, policy);
  let fault: string | null = null;
  for (const one of plans) {
    const judged = judgePolicy(policy, one);
    texts.push(...textsOf(policyFindings(judged)));
    const refusal = refusalOf(judged);
    if (refusal !== null) texts.push(refusalText(refusal));
    if (WORSE[verdictOf(both, one)] < WORSE[verdictOf(machine, one)])
      fault = 'permits what the machine refuses';
  }
  return { fault, texts };
}

function textsOf(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ message, fix }) => [message, fix ?? '']);
}

/** Meets `count` changed files from a seed on. @returns the faults, each with its seed. */
export async function fuzzPolicies(count: number, seed: number): Promise<string[]> {
  const machine = await policyOf(
    'limit: { instances: 1 }\nrequire: { maxAge: 1h }',
    '/etc/refit/policy.yaml',
  );
  const plans = subjects();
  return search(count, seed, (at) => {
    const random = seededRandom(at).next;
    const isPeople = random() < 0.2;
    const policyText = isPeople ? POLICY : mutate(random, POLICY);
    const peopleText = isPeople ? mutate(random, PEOPLE) : PEOPLE;
    return meet(policyText, peopleText, machine, plans);
  });
}
