/** What policies demand together, beside the rules about plans. */
import { describe, expect, it } from 'vitest';
import { MOST_VALIDITY } from '../../src/approval/judge-approvals.ts';
import type { Policy, PolicyRule } from '../../src/model.ts';
import {
  allowsPrivateAddresses,
  approvalExpiryOf,
  hookEnvironmentOf,
  inFlightInRegionOf,
  limitOf,
  NO_POLICY,
  namedPrograms,
  tighten,
  usedPolicy,
  windowsOf,
} from '../../src/policy/tighten.ts';

const at = (line: number) => ({ location: { file: 'policy.yaml', line, column: 1 } });
const of = (...rules: object[]): Policy => ({
  files: ['policy.yaml'],
  rules: rules.map((rule, n) => ({ ...rule, ...at(n + 1) }) as PolicyRule),
});
const environment = (...allowed: string[]) => ({ kind: 'hookEnvironment', allowed });
const programs = (...allowed: string[]) => ({ kind: 'list', of: 'hooks', allowed });
const limit = (name: string, most: number) => ({ kind: 'limit', of: name, most });
const windows = (id: string) => ({ kind: 'windows', windows: { id } });

describe('several policies together', () => {
  it.each<[string, unknown, unknown]>([
    ['allow no environment without a list', hookEnvironmentOf(NO_POLICY), []],
    [
      'allow the environment of one list, without repetition',
      hookEnvironmentOf(of(environment('A', 'B', 'A'))),
      ['A', 'B'],
    ],
    [
      'allow the environment that every list has',
      hookEnvironmentOf(of(environment('A', 'B'), environment('B', 'C'))),
      ['B'],
    ],
    ['name no program without a list', namedPrograms(of({ ...programs('a'), of: 'regions' })), []],
    ['name the programs that every list has', namedPrograms(of(programs('a', 'b'), programs('b'))), ['b']],
    [
      'have the smallest limit',
      limitOf(of(limit('instances', 9), limit('instances', 5), limit('inFlight', 1)), 'instances'),
      5,
    ],
    ['have no limit of another kind', limitOf(of(limit('inFlight', 1)), 'instances'), null],
    ['let an approval count a week', approvalExpiryOf(NO_POLICY), MOST_VALIDITY],
    [
      'let an approval count as long as the shortest says',
      approvalExpiryOf(of(limit('approvalExpiry', 7))),
      7,
    ],
    ['have no bound in a region', inFlightInRegionOf(NO_POLICY), null],
    ['have the bound in a region', inFlightInRegionOf(of(limit('inFlightInRegion', 4))), 4],
    ['allow private addresses', allowsPrivateAddresses(of(limit('instances', 1))), true],
    [
      'allow none after one refusal',
      allowsPrivateAddresses(of(limit('instances', 1), { kind: 'noPrivateAddresses' })),
      false,
    ],
    [
      'have every window',
      windowsOf(of(windows('a'), limit('instances', 1), windows('b'))),
      [{ id: 'a' }, { id: 'b' }],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  it('keep each demand once, and every file', () => {
    const a = of(limit('instances', 9), environment('A'));
    const b = {
      files: ['other.yaml', 'policy.yaml'],
      rules: of(environment('A'), limit('instances', 5)).rules,
    };
    const both = tighten(a, b);
    expect(both.files).toEqual(['policy.yaml', 'other.yaml']);
    expect(both.rules).toEqual([...a.rules, b.rules[1]]);
  });

  it('have one digest, whatever their order and their files', () => {
    const [a, b] = [of(limit('instances', 9)), of(environment('A'), limit('instances', 9))];
    expect(usedPolicy(tighten(a, b))?.digest).toBe(usedPolicy(tighten(b, a))?.digest);
    expect(usedPolicy(a)?.digest).not.toBe(usedPolicy(b)?.digest);
    expect([usedPolicy(NO_POLICY), usedPolicy(a)?.files]).toEqual([null, ['policy.yaml']]);
  });
});
