/** Files of keys that are not what the provider's tools write: refused with file and line, never passed over. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../../src/errors.ts';
import { HOME, type Machine, machine } from '../key-services.ts';

const MINE = `${HOME}/.tencentcloud/credentials`;
const TCCLI = `${HOME}/.tccli/default.credential`;
const NAMED = '/etc/keys/prod';
const OTHER = JSON.stringify({ secretId: 'id-other', secretKey: 'key-other' });
const SECRET = 'HUSHhush1234';

/** Finds the keys if one file has this text, and all other places have other keys. */
async function find(path: string, text: string, more: Machine = {}) {
  const env = path === NAMED ? { TENCENTCLOUD_CREDENTIALS_FILE: NAMED } : {};
  const files = { [TCCLI]: OTHER, ...more.files, [path]: text };
  const at = machine({ role: 'r', ...more, env: { ...env, ...more.env }, files });
  return at.find().catch((thrown: unknown) => thrown);
}

function expectRefused(error: unknown, message: RegExp): void {
  expect(error).toBeInstanceOf(RefitError);
  expect(error).toMatchObject({ code: 'no-credentials', message: expect.stringMatching(message) });
  expect((error as RefitError).fix).not.toBe('');
  const shown = `${inspect(error, { depth: 9, showHidden: true })} ${(error as RefitError).fix}`;
  expect(shown).not.toMatch(/HUSH/i);
}

const pair = `secret_id = ${SECRET}\nsecret_key = ${SECRET}\n`;

describe('a credentials file is refused with its line, although other places have keys', () => {
  const cases: [string, string, number, RegExp, string?][] = [
    ['a comment after the section', `[default] # ${SECRET}\n${pair}`, 1, /a comment after a section/],
    ['the same with a semicolon', `\n[default];${SECRET}\n${pair}`, 2, /a comment after a section/],
    [
      'a comment after another section',
      `[other] # x\n${pair}[default]\n${pair}`,
      1,
      /a comment after a section/,
    ],
    ['a section without an end', `[default\n${pair}`, 1, /not alone on its line/],
    ['text after a section', `[default] secret_id=${SECRET}\n`, 1, /not alone on its line/],
    ['another case of the section', `[Default]\n${pair}`, 1, /almost \[default\]/],
    ['quotes in the section', `["default"]\n${pair}`, 1, /almost \[default\]/],
    ['a section as of another provider', `[profile default]\n${pair}`, 1, /almost \[default\]/],
    ['a second section', `[default]\n${pair}\n[default]\n${pair}`, 5, /a second section \[default\]/],
    ['no section', pair, 1, /before the first section/],
    ['YAML', `default:\n  secret_id: ${SECRET}\n`, 1, /before the first section/],
    ['JSON', `{"secretId":"${SECRET}","secretKey":"${SECRET}"}`, 1, /JSON, not INI/],
    ['JSON on several lines', `\n{\n  "secretId": "${SECRET}"\n}`, 2, /JSON, not INI/],
    ['a list in JSON', `[{"secretId":"${SECRET}"}]`, 1, /JSON, not INI/],
    ['variables', `TENCENTCLOUD_SECRET_ID=${SECRET}\n`, 1, /variables of a shell/],
    ['exported variables', `# prod\nexport TENCENTCLOUD_SECRET_ID=${SECRET}\n`, 2, /variables of a shell/],
    ['variables of PowerShell', `$env:TENCENTCLOUD_SECRET_ID = "${SECRET}"\n`, 1, /variables of a shell/],
    ['variables of cmd', `set TENCENTCLOUD_SECRET_ID=${SECRET}\r\n`, 1, /variables of a shell/],
    [
      'variables in a section',
      `[default]\nexport TENCENTCLOUD_SECRET_ID=${SECRET}\n`,
      2,
      /another spelling of secret_id/,
    ],
    [
      'secret-id',
      `[default]\nsecret-id = ${SECRET}\n`,
      2,
      /another spelling of secret_id/,
      'write secret_id = VALUE',
    ],
    ['secretId', `[default]\nsecretId = ${SECRET}\n`, 2, /another spelling of secret_id/],
    ['SecretKey', `[default]\nsecret_id = x\nSecretKey = ${SECRET}\n`, 3, /another spelling of secret_key/],
    ['session_token', `[default]\n${pair}session_token = ${SECRET}\n`, 4, /another spelling of token/],
    [
      'names of another provider',
      `[default]\naws_access_key_id = ${SECRET}\n`,
      2,
      /another spelling of secret_id/,
    ],
    ['a line without a value', `[default]\nsecret_id ${SECRET}\n`, 2, /not key = value/],
    ['a comment after a value', `[default]\nsecret_id = ${SECRET} # prod\n`, 2, /a comment after secret_id/],
    ['a space in a value', `[default]\nsecret_id = ${SECRET} x\n`, 2, /secret_id has a space/],
    ['a value outside ASCII', `[default]\nsecret_id = ${SECRET}é\n`, 2, /outside ASCII/],
    ['a quote without its pair', `[default]\nsecret_id = "${SECRET}\n`, 2, /a quote without its pair/],
    ['a second value', `[default]\nsecret_id = ${SECRET}\nsecret_id = x\n`, 3, /a second secret_id/],
    ['half a pair', `[other]\n\n[default]\nsecret_id = ${SECRET}\n`, 3, /has a secret id but no secret key/],
    ['a token alone', `[default]\ntoken = ${SECRET}\n`, 1, /has a token but no secret id/],
    [
      'UTF-16',
      Buffer.from(`\uFEFF[default]\n${pair}`, 'utf16le').toString(),
      1,
      /UTF-16/,
      'save it as UTF-8',
    ],
    ['UTF-16 without a mark', Buffer.from(`[default]\n${pair}`, 'utf16le').toString(), 1, /UTF-16/],
  ];
  it.each(cases)('%s', async (_, text, line, reason, fix) => {
    for (const path of [NAMED, MINE]) {
      const error = await find(path, text);
      expectRefused(error, reason);
      expect((error as RefitError).message).toContain(`${path}:${line}: `);
      if (fix) expect((error as RefitError).fix).toBe(fix);
    }
  });

  it.each([
    ['has other sections only', '[other]\nsecret_id=x\nsecret_key=x\n', /has no section \[default\]/],
    ['is empty', '', /has no section \[default\]/],
    ['has empty keys', '[default]\nsecret_id =\nsecret_key =\n', /has no keys in \[default\]/],
  ])('a named file that %s', async (_, text, reason) => {
    expectRefused(await find(NAMED, text), reason);
    // A file that nobody named has no keys then, and the next place counts.
    expect(await find(MINE, text)).toMatchObject({ secretId: 'id-other' });
  });
});

describe('a credentials file is read', () => {
  it.each([
    ['with colons', `[default]\nsecret_id: id-mine\nsecret_key: key-mine\n`],
    ['in other letters and spaces', `  [ default ]  \n  SECRET_ID=id-mine\n\tSecret_Key =  key-mine\n`],
    ['with a byte-order mark and old line ends', `\uFEFF[default]\rsecret_id=id-mine\rsecret_key=key-mine\r`],
    [
      'with other settings and sections',
      `[default]\nregion = x # y\n${pair.replaceAll(SECRET, 'id-mine')}[b]\n???\n`,
    ],
    ['with = and : in the value', `[default]\nsecret_id = id-mine\nsecret_key = a=b:c==\n`],
    ['with quotes', `[default]\nsecret_id = 'id-mine'\nsecret_key = "k"\n`],
  ])('%s', async (_, text) => {
    expect(await find(NAMED, text)).toMatchObject({ secretId: 'id-mine' });
  });
});

describe('a profile of tccli is refused with its line, although the machine has a role', () => {
  it.each<[string, string, number, RegExp]>([
    ['INI', `[default]\n${pair}`, 1, /not JSON/],
    ['no quotes', `{\n  "secretId": ${SECRET}\n}`, 2, /not JSON/],
    ['a comma at the end', `{\n  "secretId": "${SECRET}",\n}`, 3, /not JSON/],
    ['no end', `{\n  "secretId": "${SECRET}"`, 2, /not JSON/],
    ['nothing', '', 1, /not JSON/],
    ['a list', `["${SECRET}"]`, 1, /no object/],
    ['null', 'null', 1, /no object/],
    ['secret_id', `{\n  "secret_id": "${SECRET}"\n}`, 2, /another spelling of secretId/],
    ['SecretKey', `{\n  "secretId": "x",\n  "SecretKey": "${SECRET}"\n}`, 3, /another spelling of secretKey/],
    ['a number', `{\n"secretId": 12}`, 2, /secretId is not a text/],
    ['an unknown type', `{"type":\n"${SECRET}"}`, 1, /a type that Refit does not know/],
    ['a type that is no text', `{"type": {}}`, 1, /type is not a text/],
    ['UTF-16', Buffer.from(`\uFEFF${OTHER}`, 'utf16le').toString(), 1, /UTF-16/],
  ])('%s', async (_, text, line, reason) => {
    const error = await find(TCCLI, text);
    expectRefused(error, reason);
    expect((error as RefitError).message).toContain(`${TCCLI}:${line}: `);
  });

  it.each([
    ['does not exist', {}, /default\.credential, which does not exist/],
    ['has no keys', { '/shared/default.credential': '{}' }, /which has no keys/],
  ])('in a named folder, if it %s', async (_, files, reason) => {
    const env = { TENCENTCLOUD_SHARED_CREDENTIALS_DIR: '/shared' };
    expectRefused(
      await machine({ env, files, role: 'r' })
        .find()
        .catch((e: unknown) => e),
      reason,
    );
  });

  it('is passed over if its keys are empty', async () => {
    expect(await find(TCCLI, '{"secretId":"","secretKey":""}')).toMatchObject({ secretId: 'id-cvm-1' });
  });
});
