/** What scripts and programs of others rely on, besides files: as data, so that two versions can be compared. */
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { PROGRAM_OPTIONS } from '../../src/cli/program/shared-options.ts';
import { codes } from '../../src/messages/en/codes.ts';
import { FORMATS } from '../../src/operations/version/formats.ts';
import { checksumOf, MIGRATIONS } from '../../src/store/postgres/migrations/migrations.ts';

export interface Surface {
  /** Option flags by command; '' has those of every command. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Runtime exports of the library. */
  readonly exports: readonly string[];
  /** Refit's own codes of findings. */
  readonly codes: readonly string[];
  readonly formats: Readonly<Record<string, { readonly writes: number; readonly reads: readonly number[] }>>;
  /** Checksums of the migrations of a store, by number. */
  readonly migrations: Readonly<Record<string, string>>;
}

export async function readSurface(): Promise<Surface> {
  const flags = (options: readonly { readonly flags: string }[]) => options.map((one) => one.flags).sort();
  return {
    commands: Object.fromEntries([
      ['', flags(PROGRAM_OPTIONS)],
      ...COMMANDS.map(({ name, options }) => [name, flags(options)]),
    ]),
    exports: Object.keys(await import('../../src/index.ts')).sort(),
    codes: Object.keys(codes).sort(),
    formats: FORMATS,
    migrations: Object.fromEntries(MIGRATIONS.map((one) => [one.number, checksumOf(one)])),
  };
}

/** What a version had and a later one has not, except what was removed on purpose. */
export function missingFrom(before: Surface, now: Surface, removed: readonly string[]): string[] {
  const lost = (kind: string, old: readonly string[], left: readonly string[]) =>
    old.filter((one) => !left.includes(one)).map((one) => `${kind} ${one}`);
  return [
    ...lost('command', Object.keys(before.commands), Object.keys(now.commands)),
    ...Object.entries(before.commands).flatMap(([name, flags]) =>
      now.commands[name] === undefined ? [] : lost(`option ${name}`.trim(), flags, now.commands[name]),
    ),
    ...lost('export', before.exports, now.exports),
    ...lost('code', before.codes, now.codes),
    ...Object.entries(before.formats).flatMap(([name, { reads }]) =>
      lost(`reader of ${name}`, reads.map(String), (now.formats[name]?.reads ?? []).map(String)),
    ),
    ...Object.entries(before.migrations).flatMap(([number, checksum]) =>
      now.migrations[number] === checksum ? [] : [`migration ${number}`],
    ),
  ].filter((one) => !removed.includes(one));
}
