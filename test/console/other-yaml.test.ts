/** Files beside plans are listed as what they are. */
import { describe, expect, it } from 'vitest';
import { otherYaml } from '../../src/operations/plans/other-yaml.ts';

describe('YAML beside plans', () => {
  // biome-ignore format: one line a case
  it.each<[string, string, ReturnType<typeof otherYaml>]>([
    ['a sizing file', 'version: 1\nmemory: { fit: 60% }\n', { kind: 'sizing', names: [] }],
    ['a plan that says memory at the margin', 'name: x\nmemory: 4GB\n', null],
    ['a list of approvers', '# who\n---\n- name: wei\n  key: ssh-ed25519 AAAA\n- { key: x, name: "mei" }\n', { kind: 'approvers', names: ['wei', 'mei'] }],
    ['a list of approvers on one line', '[{ name: wei, key: x }]', { kind: 'approvers', names: ['wei'] }],
    ['a policy', 'version: 1\nrequire:\n  approvals: []\n', { kind: 'policy', names: [] }],
    ['a file of people', '\ufeffversion: 1\nissuer: https://login.example.com\nclientId: refit\n', { kind: 'people', names: [] }],
    ['a plan', 'version: 1\nname: x\ntargets: []\n', null],
    ['a plan with a key of a policy', 'version: 1\nrequire: x\ntargets: []\n', null],
    ['the start of a plan', 'version: 1\n', null],
    ['an empty file', '', null],
    ['a list of other things', '- a\n- b\n', null],
  ])('%s', (_, text, wanted) => {
    expect(otherYaml(text)).toEqual(wanted);
  });

  it('shows hidden characters of names', () => {
    expect(otherYaml('- name: wei\u202e\n')?.names).toEqual(['wei\\u{202e}']);
  });
});
