import { describe, expect, it } from 'vitest';
import { describeRule } from '../../src/policy/describe-policy.ts';
import { parsed, policyOf } from './policies.ts';

const EVERYTHING = `version: 1
require:
  approvals:
    - { need: 2, from: approvers.yaml, when: { regions: [ap-guangzhou], instances: "> 10", shrink: true } }
    - { need: 1, from: approvers.yaml, when: { tags: { env: [prod, stage] }, cost: ">= 1000.50 CNY" } }
  windows: { timezone: Asia/Shanghai, allow: [Tue-Thu 01:00-05:00], freeze: [2026-11-10..2026-11-12] }
  plannedBy: { from: planners.yaml }
  maxAge: 24h
allow:
  profiles: [default]
  regions: [ap-guangzhou]
  endpoints: [tencentcloudapi.com, "http://127.0.0.1:8080"]
  hooks: []
  hosts: ["*.example.com"]
  hookEnvironment: [PAGER_TEAM]
  privateAddresses: false
limit: { instances: 50, cost: "<= 1000 CNY", requestsPerSecond: 10, inFlight: 5, inFlightInRegion: 8, planExpiry: 48h, approvalExpiry: 24h }
`;

describe('a policy with every key', () => {
  it('becomes one rule for each key, with its line', async () => {
    const { policy, findings } = await parsed(EVERYTHING);
    expect(findings).toEqual([]);
    expect(policy!.rules.map((rule) => `${rule.location.line} ${rule.key}: ${describeRule(rule)}`)).toEqual([
      '4 require.approvals: 2 of approvers.yaml (wei, jun, li) when region ap-guangzhou and instances > 10 and it shrinks',
      '5 require.approvals: 1 of approvers.yaml (wei, jun, li) when tag env = prod or stage and cost >= 1000.5 CNY',
      '6 require.windows: open Tue-Thu 01:00-05:00; frozen 2026-11-10..2026-11-12 (Asia/Shanghai)',
      '7 require.plannedBy: 1 of planners.yaml (dba)',
      '8 require.maxAge: at most 1 d',
      '10 allow.profiles: only default',
      '11 allow.regions: only ap-guangzhou',
      '12 allow.endpoints: only tencentcloudapi.com, http://127.0.0.1:8080',
      '13 allow.hooks: none',
      '14 allow.hosts: only *.example.com',
      '15 allow.hookEnvironment: only PAGER_TEAM',
      '16 allow.privateAddresses: no',
      '17 limit.cost: <= 1000 CNY',
      '17 limit.instances: at most 50',
      '17 limit.requestsPerSecond: at most 10',
      '17 limit.inFlight: at most 5',
      '17 limit.inFlightInRegion: at most 8',
      '17 limit.planExpiry: at most 2 d',
      '17 limit.approvalExpiry: at most 1 d',
    ]);
  });

  it('demands nothing with only its version, or with privateAddresses: true', async () => {
    expect((await policyOf('')).rules).toEqual([]);
    expect((await policyOf('allow: { privateAddresses: true }')).rules).toEqual([]);
  });
});

describe('a policy that is not valid is refused as a whole', () => {
  it.each([
    [
      '',
      1,
      'the policy is empty; a policy without rules has at least a version',
      'example version: 1\nlimit:\n  instances: 50',
    ],
    ['# nothing\n', 1, 'the policy is empty', ''],
    [
      '- limit\n',
      1,
      'the policy is a list; it must be keys with values, such as limit:',
      'example version: 1\nlimit:\n  instances: 50',
    ],
    ['limit: { instances: 50 }\n', 1, 'the key version is missing from the policy', 'fix version: 1'],
    ['version: 2\n', 1, 'the version of the policy is 2; this version of refit reads: 1', 'fix version: 1'],
    [
      'version: 1\nlimits: { instances: 50 }\n',
      2,
      'unknown key "limits" in the policy',
      'fix did you mean limit?',
    ],
    [
      'version: 1\nlimit: { instance: 50 }\n',
      2,
      'unknown key "instance" in limit',
      'fix did you mean instances?',
    ],
    [
      'version: 1\nlimit:\n',
      2,
      'limit has no value; it must be upper limits',
      'example limit: { instances: 50 }',
    ],
    ['version: 1\nlimit: {}\n', 2, 'limit is empty', 'example limit: { instances: 50 }'],
    ['version: 1\nlimit: { instances: "50" }\n', 2, 'instances', 'fix instances: 50'],
    [
      'version: 1\nlimit: { instances: +5 }\n',
      2,
      'instances is +5, which looks relative',
      'fix instances: 5',
    ],
    ['version: 1\nlimit: { instances: 010 }\n', 2, 'can mean 10 or 8', 'fix instances: 10, or instances: 8'],
    ['version: 1\nlimit: { planExpiry: 1.5h }\n', 2, 'planExpiry', 'fix planExpiry: 90m'],
    ['version: 1\nlimit\uff1a\n  instances: 5\n', 2, 'U+FF1A, a full-width colon', 'fix limit:'],
    ['version: 1\n<<<<<<< HEAD\nlimit: { instances: 5 }\n', 2, 'the conflict marker <<<<<<<', ''],
    ['version: 1\nlimit:\n  instances: 5\n   inFlight: 3\n', 4, 'the line starts in column 4', ''],
    [
      'version: 1\nrequire: { approvals: [{ need: 1, from: a.yaml #2\n  }] }\n',
      2,
      'from is a.yaml: the rest of the line is a comment',
      '',
    ],
    ['version: 1\nlimit: { cost: 1000 CNY }\n', 2, 'cost', ''],
    ['version: 1\nlimit: { instances: 1, instances: 500 }\n', 2, 'the key instances occurs twice', ''],
    ['version: 1\nallow: { regions: ap-guangzhou }\n', 2, 'regions', 'fix regions: [ap-guangzhou]'],
    ['version: 1\nallow: { hosts: ["*"] }\n', 2, 'hosts', ''],
    ['version: 1\nallow: { hosts: [Example.com] }\n', 2, 'hosts', 'fix example.com'],
    ['version: 1\nallow: { hooks: [./notify] }\n', 2, 'hooks', ''],
    ['version: 1\nallow: { hooks: [/usr/../tmp/x] }\n', 2, 'hooks', ''],
    ['version: 1\nallow: { hookEnvironment: [TENCENTCLOUD_SECRET_KEY] }\n', 2, 'hookEnvironment', ''],
    ['version: 1\nallow: { privateAddresses: no }\n', 2, 'privateAddresses', ''],
    [
      'version: 1\nrequire: { approvals: [{ need: 4, from: approvers.yaml }] }\n',
      2,
      'only wei and jun and li may approve',
      '',
    ],
    [
      'version: 1\nrequire: { plannedBy: { from: passkeys.yaml } }\n',
      2,
      'only SSH keys sign plans, and passkeys.yaml has none',
      'fix add SSH keys of planners to passkeys.yaml, or name another list',
    ],
    [
      'version: 1\nrequire: { approvals: [{ need: 1, from: nobody.yaml }] }\n',
      2,
      'nobody.yaml cannot be read',
      '',
    ],
    [
      'version: 1\nrequire: { approvals: [{ need: 1, from: approvers.yaml, when: {} }] }\n',
      2,
      'when is empty',
      '',
    ],
    [
      'version: 1\nrequire: { windows: { timezone: Asia/Shanghai } }\n',
      2,
      'windows has none of allow, freeze',
      '',
    ],
    [
      'version: 1\nrequire: { windows: { timezone: Shanghai, freeze: [2026-11-10] } }\n',
      2,
      'Shanghai',
      'fix timezone: Asia/Shanghai',
    ],
    ['version: 1\nrequire: { windows: { timezone: UTC, freeze: [2026-02-30] } }\n', 2, '2026-02-30', ''],
    ['version: 1\n<<: { limit: { instances: 500 } }\n', 2, 'merge key', ''],
    ['version: 1\nlimit: !!str 5\n', 2, 'tag', ''],
  ])('%j', async (text, line, message, remedy) => {
    const { policy, findings } = await parsed(text);
    expect(policy).toBeNull();
    const [first] = findings;
    expect(first!.message).toContain(message);
    expect(first!.location!.line).toBe(line);
    expect(`fix ${first!.fix} example ${first!.example}`).toContain(remedy);
  });
});
