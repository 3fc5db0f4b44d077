import { describe, expect, it } from 'vitest';
import { readApprovers } from '../../../src/plan/parse/read-approvers.ts';
import { authenticator, passkeyApprover } from '../../approval/authenticator.ts';
import { approver, approversFile, keyOf } from '../../approval/people.ts';

const ASKED = { need: 2, from: 'approvers.yaml', location: { file: 'plan.yaml', line: 3, column: 12 } };
const line = (name: string) => keyOf(name).public.line;
const JUN = authenticator('jun');
const PASSKEY = JUN.passkey.line;

function read(text: string | null, authors: readonly string[] = ['dba'], need = 2) {
  return readApprovers({ ...ASKED, need }, { text, file: 'plans/approvers.yaml', authors });
}

describe('a file of approvers', () => {
  it('gives the approvals to seal: names, keys without comments, and authors', () => {
    expect(read(approversFile(['wei', 'jun']))).toEqual({
      approvals: { need: 2, authors: ['dba'], approvers: [approver('wei'), approver('jun')] },
      findings: [],
    });
  });

  it('may have passkeys beside SSH keys, in one line or folded', () => {
    const folded = `- name: jun\n  key: >-\n    ${PASSKEY.replaceAll(' ', '\n    ')}\n`;
    for (const one of [`- { name: jun, key: ${PASSKEY} }\n`, `- name: jun\n  key: ${PASSKEY}\n`, folded])
      expect(read(approversFile(['wei']) + one)).toEqual({
        approvals: { need: 2, authors: ['dba'], approvers: [approver('wei'), passkeyApprover(JUN)] },
        findings: [],
      });
  });

  it('may have keys in PEM', () => {
    const pem = (name: string) => {
      const spki = Buffer.concat([
        Buffer.from('302a300506032b6570032100', 'hex'),
        Buffer.from(line(name).split(' ')[1]!, 'base64').subarray(-32),
      ]).toString('base64');
      return `- name: ${name}\n  key: |\n    -----BEGIN PUBLIC KEY-----\n    ${spki}\n    -----END PUBLIC KEY-----\n`;
    };
    expect(read(pem('wei') + pem('jun')).approvals?.approvers).toEqual([approver('wei'), approver('jun')]);
  });

  // biome-ignore format: one line a case
  it.for<[string, string | null, string, RegExp, number]>([
    ['that does not exist', null, 'Refit.BadValue', /plans\/approvers.yaml cannot be read/, 3],
    ['that is empty', ' \n', 'Refit.BadValue', /is empty/, 3],
    ['that is not YAML', '- { name: wei', 'Refit.Yaml', /not YAML/, 1],
    ['that a merge left with conflicts', `<<<<<<< HEAD\n- { name: wei, key: ${line('wei')} }\n=======\n>>>>>>> x`, 'Refit.Yaml', /the conflict marker <<<<<<< .* 2 more follow/, 1],
    ['with a no-break space', `- name:\u00a0wei\n  key: ${line('wei')}`, 'Refit.Yaml', /U\+00A0, a no-break space/, 1],
    ['with a full-width colon', `- name\uff1a wei\n  key: ${line('wei')}`, 'Refit.Yaml', /U\+FF1A, a full-width colon/, 1],
    ['with a line in a wrong column', `- name: wei\n   key: ${line('wei')}`, 'Refit.Yaml', /starts in column 4, .* in column 3, such as line 1$/, 2],
    ['with a name that # cuts off', `- name: wei #2\n  key: ${line('wei')}`, 'Refit.BadValue', /the name ends at a #/, 1],
    ['that is not a list', 'wei: ssh-ed25519 AAAA', 'Refit.BadValue', /a list of names/, 1],
    ['with more approvers than a plan may have', '- wei\n'.repeat(1_001), 'Refit.BadValue', /has 1001 approvers, more than 1000/, 1],
    ['with an entry that is a word', '- wei', 'Refit.BadValue', /a name and a key/, 1],
    ['without a key', '- { name: wei }', 'Refit.MissingKey', /needs a key/, 1],
    ['without a name', `- { key: ${line('wei')} }`, 'Refit.MissingKey', /needs a name/, 1],
    ['with an unknown key', `- { name: wei, key: ${line('wei')}, group: dba }`, 'Refit.UnknownKey', /only a name and a key/, 1],
    ['with a name that is a path', `- { name: ../wei, key: ${line('wei')} }`, 'Refit.BadValue', /letters, digits/, 1],
    ['with a key that is cut off', `- { name: wei, key: ${line('wei').slice(0, 40)} }`, 'Refit.BadValue', /approver 1 is not valid: the line is cut off/, 1],
    ['with a key that is a number', '- { name: wei, key: 5 }', 'Refit.BadValue', /it is not text/, 1],
    ['with one name twice', `- { name: wei, key: ${line('wei')} }\n- { name: Wei, key: ${line('jun')} }`, 'Refit.BadValue', /approver 2 has the same name as approver 1/, 2],
    ['with two names that look alike', `- { name: mary, key: ${line('wei')} }\n- { name: rnary, key: ${line('jun')} }`, 'Refit.BadValue', /the names of approvers 2 and 1 look alike/, 2],
    ['with a name in two scripts', `- { name: wеi, key: ${line('wei')} }`, 'Refit.BadValue', /mixes letters of Latin and Cyrillic|Cyrillic and Latin/, 1],
    ['with an invisible letter in a name', `- { name: weiㅤ, key: ${line('wei')} }`, 'Refit.BadValue', /contains U\+3164, which nobody can see/, 1],
    ['with a passkey without its key', `- { name: wei, key: ${line('wei')} }\n- name: jun\n  key: ${PASSKEY.replace(/ key=\S+/, '')}`, 'Refit.BadValue', /approver 2 is not valid: the line of the passkey has no key=/, 3],
    ['with a passkey for another domain than its origin', `- { name: jun, key: ${PASSKEY.replace('rp=', 'rp=other.')} }`, 'Refit.BadValue', /each origin= must be a different https:\/\/ address/, 1],
    ['with a passkey that is cut off', `- { name: jun, key: ${PASSKEY.slice(0, -9)} }`, 'Refit.BadValue', /key= is not the base64url of a public key/, 1],
    ['with a word after the passkey', `- { name: jun, key: ${PASSKEY} jun@laptop }`, 'Refit.BadValue', /the line of a passkey has this form: passkey rp=/, 1],
    ['with one passkey twice', `- { name: jun, key: ${PASSKEY} }\n- { name: li, key: ${PASSKEY} }`, 'Refit.BadValue', /approver 2 has the same key as approver 1/, 2],
    ['with one credential id twice', `- { name: jun, key: ${PASSKEY} }\n- { name: li, key: ${authenticator('li', { id: JUN.id }).passkey.line} }`, 'Refit.BadValue', /approver 2 has the same passkey as approver 1/, 2],
    ['with one key twice', `- { name: wei, key: ${line('wei')} }\n- { name: jun, key: ${line('wei')} comment }`, 'Refit.BadValue', /approver 2 has the same key as approver 1/, 2],
  ])('%s is refused at its location, with a fix or an example', ([_, text, code, message, at]) => {
    const { approvals, findings } = read(text);
    expect(approvals).toBeNull();
    const found = findings.find((one) => one.code === code);
    expect(found).toMatchObject({ message: expect.stringMatching(message), location: { line: at } });
    expect(found!.fix ?? found!.example).toMatch(/./);
  });

  it('is refused when too few approvers are not authors', () => {
    const { findings } = read(approversFile(['wei', 'dba']), ['dba', 'root']);
    expect(findings).toMatchObject([
      {
        message:
          'approvals.need is 2, but of the approvers in plans/approvers.yaml only wei may approve: dba and root made the plan and may not',
      },
    ]);
    expect(read(approversFile(['wei', 'DBA']), ['dba'], 1).approvals?.need).toBe(1);
  });
});
