/**
 * Reads the text of a credentials file: the INI that every SDK reads. All else is refused with its line, never guessed
 * and never quoted, because the next place can have the keys of another account. Pure.
 * Source: docs/provider.md P177.
 */
import type { KeyFields } from '../signing/keys.ts';

/** One section, and the line of its heading. */
export interface Section {
  readonly line: number;
  readonly fields: KeyFields;
}

/** Why a file is not understood. It holds nothing of the content. */
export interface Fault {
  readonly line: number;
  readonly reason: string;
  readonly fix: string;
}

export function isFault(read: Section | Fault | null): read is Fault {
  return read !== null && 'reason' in read;
}

/** What people and other providers call the fields. */
const SPELLINGS: readonly (readonly [keyof KeyFields, readonly string[]])[] = [
  ['secret_id', ['secret_id', 'access_key_id']],
  ['secret_key', ['secret_key', 'access_key_secret', 'secret_access_key']],
  ['token', ['token', 'session_token', 'security_token']],
];

const lettersOf = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');

/** The field that a name means, however it is spelt: `SecretId`, `TENCENTCLOUD_SECRET_ID`; null for any other name. */
export function meantField(name: string): keyof KeyFields | null {
  const bare = name
    .replace(/^(export\s+|set\s+|\$env:)/i, '')
    .replace(/^(tencentcloud|tencent|aws)[_-]/i, '');
  const isMeant = (spelling: string) => lettersOf(spelling) === lettersOf(bare);
  return SPELLINGS.find(([, spellings]) => spellings.some(isMeant))?.[0] ?? null;
}

const FIELDS: readonly string[] = ['secret_id', 'secret_key', 'token'] satisfies (keyof KeyFields)[];
const OWN_LINE = 'give the comment a line of its own';

/** Reads the section of a profile; null if the file has none. */
export function readSection(text: string, profile: string): Section | Fault | null {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const form = otherForm(text, lines, profile);
  if (form !== null) return form;
  const fields: Record<string, string> = {};
  let here: string | null = null;
  let start: number | null = null;
  let similar: number | null = null;
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || /^[#;]/.test(content)) continue;
    const fault = (reason: string, fix: string): Fault => ({ line, reason, fix });
    if (content.startsWith('[')) {
      const heading = /^\[([^\]]*)\]$/.exec(content);
      if (heading === null) return brokenHeading(content, line);
      here = heading[1]!.trim();
      if (here !== profile && looseName(here) === looseName(profile)) similar = line;
      if (here !== profile) continue;
      if (start !== null) return fault(`a second section [${profile}]`, 'put all settings into one section');
      start = line;
    } else if (here === null) {
      return fault('a setting before the first section', `write [${profile}] alone on the line above it`);
    } else if (here === profile) {
      const problem = readSetting(content, fields);
      if (problem !== null) return fault(...problem);
    }
  }
  if (start !== null) return { line: start, fields };
  if (similar === null) return null;
  return { line: similar, reason: `a section that is almost [${profile}]`, fix: `write [${profile}]` };
}

/** The names of all sections, in order. Not all of them have to be profiles with keys. */
export function sectionNames(text: string): string[] {
  const names = text.split(/\r\n|\r|\n/).map((line) => /^\[([^\]]*)\]$/.exec(line.trim())?.[1]?.trim());
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A file that is not INI as a whole. */
function otherForm(text: string, lines: readonly string[], profile: string): Fault | null {
  const sample = `write it as INI: [${profile}], then secret_id = ID and secret_key = KEY on lines of their own`;
  if (text.includes('\0'))
    return { line: 1, reason: 'the file is UTF-16 or binary', fix: 'save it as UTF-8' };
  const first = lines.findIndex((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  const content = lines[first]?.trim() ?? '';
  if (/^(\{|\[\s*(\{|$))/.test(content))
    return { line: first + 1, reason: 'the file is JSON, not INI', fix: sample };
  const setting = splitSetting(content);
  if (setting === null || !isShell(setting.name)) return null;
  return { line: first + 1, reason: 'the file has variables of a shell, and no section', fix: sample };
}

function isShell(name: string): boolean {
  return /^(export\s|set\s|\$env:|tencentcloud_)/i.test(name) && meantField(name) !== null;
}

function brokenHeading(content: string, line: number): Fault {
  return /^\[[^\]]*\]\s*[#;]/.test(content)
    ? { line, reason: 'a comment after a section', fix: OWN_LINE }
    : {
        line,
        reason: 'a section that is not alone on its line in [ and ]',
        fix: 'write [NAME] alone on its line',
      };
}

/** Names that people take for the same: `[Default]`, `["default"]`, `[profile retail]`. */
function looseName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^profile\s+/, '')
    .replace(/["'\s]/g, '');
}

/** Splits `key = value` and `key: value`, as the Python SDK does, too. */
function splitSetting(content: string): { readonly name: string; readonly value: string } | null {
  const [, name, value] = /^((?:\$env:)?[^=:]*)[=:](.*)$/i.exec(content) ?? [];
  return name === undefined || name.trim() === '' ? null : { name: name.trim(), value: value!.trim() };
}

/** Reads one setting into `fields`. @returns the reason and the fix if it is not understood. */
function readSetting(content: string, fields: Record<string, string>): [reason: string, fix: string] | null {
  const setting = splitSetting(content);
  if (setting === null)
    return ['a line that is not key = value', 'correct it, or start it with # as a comment'];
  const name = setting.name.toLowerCase();
  if (!FIELDS.includes(name)) {
    const meant = meantField(name);
    return meant && [`another spelling of ${meant}`, `write ${meant} = VALUE`];
  }
  if (name in fields) return [`a second ${name}`, 'remove one of them'];
  const quotes = /^(["']).*\1$/.test(setting.value) && setting.value.length > 1;
  const value = quotes ? setting.value.slice(1, -1) : setting.value;
  if (/["']/.test(value)) return [`${name} has a quote without its pair`, 'remove the quotes'];
  if (/\s[#;]/.test(value)) return [`a comment after ${name}`, OWN_LINE];
  if (!/^[\x21-\x7e]*$/.test(value))
    return [`${name} has a space or a character outside ASCII`, 'write the value alone, without spaces'];
  fields[name] = value;
  return null;
}
