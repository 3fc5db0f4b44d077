// `release-notes.mjs VERSION` prints the notes of a released version, from CHANGELOG.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notesOf, readChangelog } from './changelog.mjs';
import { root } from './install.mjs';

const version = process.argv[2];
const found = readChangelog(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).find(
  (one) => one.version === version,
);
if (found === undefined || found.text === '') {
  process.stderr.write(
    `CHANGELOG.md has no text for ${version}\n  fix: node scripts/release-notes.mjs VERSION\n`,
  );
  process.exit(1);
}
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
process.stdout.write(
  `${notesOf(found, server && repository ? `${server}/${repository}/blob/v${version}/` : null)}\n`,
);
