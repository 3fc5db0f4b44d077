/**
 * Writes the man page and the completion files of the shells from the table of commands. `write-documents.mjs FOLDER` writes
 * them below FOLDER/share, where packages of operating systems have them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCRIPTS } from '../../src/cli/completion/scripts.ts';
import { COMMANDS, FAMILIES, GROUPS } from '../../src/cli/program/commands.ts';
import { EXIT_CODES } from '../../src/cli/program/main-help.ts';
import { PROGRAM_OPTIONS } from '../../src/cli/program/shared-options.ts';
import { root } from '../install.mjs';
import { manPage } from './man-page.mjs';

/** The documents by their paths below `share/`. */
export function documents() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const table = { options: PROGRAM_OPTIONS, families: FAMILIES, commands: COMMANDS };
  return {
    'man/man1/refit.1': manPage(
      { ...table, groups: GROUPS, exitCodes: EXIT_CODES },
      { version, date: dateOf(version) },
    ),
    'bash-completion/completions/refit': SCRIPTS.bash,
    'zsh/site-functions/_refit': SCRIPTS.zsh,
    'fish/vendor_completions.d/refit.fish': SCRIPTS.fish,
  };
}

/** The day of a version in the changelog; empty before its release, because a build must not depend on the day. */
function dateOf(version) {
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const line = changelog.split('\n').find((one) => one.startsWith(`## ${version} `));
  return /\d{4}-\d\d-\d\d/.exec(line ?? '')?.[0] ?? '';
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [path, text] of Object.entries(documents())) {
    const file = join(resolve(root, process.argv[2]), 'share', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
