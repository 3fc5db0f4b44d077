import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyOfTexts, readPolicyTexts } from '../../src/operations/read-policy.ts';
import { approversFile } from '../approval/people.ts';

let home: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'refit-texts-')));
  await mkdir(join(home, 'refit'), { mode: 0o700 });
});
afterEach(() => rm(home, { recursive: true }));

const read = (named: string | null = null) =>
  readPolicyTexts({ env: { XDG_CONFIG_HOME: home }, named, systemFile: join(home, 'none.yaml') });

/** The text of a list of approvers. */
const people = (...names: string[]) => approversFile(names);

describe('the policy of one host on another', () => {
  it('demands the same, also with people from files beside it', async () => {
    await writeFile(join(home, 'refit', 'people.yaml'), people('alice', 'bob'), { mode: 0o600 });
    await writeFile(
      join(home, 'refit', 'policy.yaml'),
      'version: 1\nrequire:\n  approvals: [{ need: 2, from: people.yaml }]\nallow: { hooks: [curl] }\n',
      { mode: 0o600 },
    );
    await writeFile(join(home, 'more.yaml'), 'version: 1\nlimit: { instances: 5 }\n', { mode: 0o600 });
    const { policy, texts } = await read(join(home, 'more.yaml'));
    expect(texts.map(({ kind }) => kind).sort()).toEqual(['approvers', 'policy', 'policy']);
    await rm(join(home, 'refit'), { recursive: true });
    const there = await policyOfTexts(JSON.parse(JSON.stringify(texts)));
    expect(there).toEqual(policy);
    expect(there.rules.map(({ kind }) => kind)).toEqual(['approvals', 'list', 'limit']);
  });

  it('is refused if a list of people is missing or a text is not a policy', async () => {
    const text = 'version: 1\nrequire:\n  approvals: [{ need: 1, from: people.yaml }]\n';
    const policy = { kind: 'policy', file: '/etc/refit/policy.yaml', text } as const;
    await expect(policyOfTexts([policy])).rejects.toMatchObject({ code: 'policy-invalid' });
    const approvers = { kind: 'approvers', file: '/etc/refit/people.yaml', text: people('alice') } as const;
    expect((await policyOfTexts([policy, approvers])).rules).toHaveLength(1);
    await expect(policyOfTexts([{ ...policy, text: 'limit: {}' }])).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });

  it.each([
    ['one enormous text', 1, 300_000],
    ['a long list of people that is named again and again', 50, 100_000],
  ])('is refused before it keeps a worker busy: %s', async (_, times, length) => {
    const rule = '    - { need: 1, from: people.yaml }\n';
    const text = `version: 1\nrequire:\n  approvals:\n${rule.repeat(times)}`;
    const list = `${people('alice')}${'# x\n'.repeat(length / 4)}`;
    const texts = [
      { kind: 'policy', file: '/p/policy.yaml', text },
      { kind: 'approvers', file: '/p/people.yaml', text: list },
    ] as const;
    await expect(policyOfTexts(texts)).rejects.toMatchObject({
      code: 'policy-invalid',
      message: expect.stringMatching(/too long/),
    });
  });
});
