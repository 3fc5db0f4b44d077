// `check-release.mjs TAG` refuses a tag that is no complete release, and prints its version and channel for the workflow.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readChangelog } from './changelog.mjs';
import { root } from './install.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');

/** What is wrong with a release of this tag; empty if nothing is. */
export function faultsOf({ tag, version, locked, changelog, hasSamples }) {
  const [first] = readChangelog(changelog);
  return [
    tag === `v${version}` ? null : `the tag ${tag} is not v${version}, the version in package.json`,
    locked === version ? null : `package-lock.json has the version ${locked}: run npm install`,
    first?.version === version
      ? null
      : `the first heading of CHANGELOG.md is ${first?.version}, not ${version}`,
    first?.date ? null : 'the first heading of CHANGELOG.md has no date',
    hasSamples ? null : `test/formats/released/${version} is missing: run npm run format-samples`,
  ].filter((fault) => fault !== null);
}

if (process.argv[1] === import.meta.filename) {
  const { version } = JSON.parse(read('package.json'));
  const faults = faultsOf({
    ...{ tag: process.argv[2], version, changelog: read('CHANGELOG.md') },
    locked: JSON.parse(read('package-lock.json')).version,
    hasSamples: existsSync(join(root, 'test/formats/released', version)),
  });
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.exit(1);
  process.stdout.write(`version=${version}\nchannel=${version.includes('-') ? 'next' : 'latest'}\n`);
}
