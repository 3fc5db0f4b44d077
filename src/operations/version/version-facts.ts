/** Facts about the running program, for reports of faults and for tools that check formats before an upgrade. */
import { VERSION } from '../../version.ts';
import { readInstalledIfPresent } from '../installed-files.ts';
import { type BuildFacts, FORMATS, VERSION_FORMAT, type VersionFacts } from './formats.ts';

/** What an unbuilt source says, and a build outside of a repository. */
const UNKNOWN: BuildFacts = { commit: null, committedAt: null, modified: null };

/** Reads what `refit --version --json` prints. @throws FileRefused if the file of the build is not a regular file. */
export async function readVersionFacts(): Promise<VersionFacts> {
  return {
    format: VERSION_FORMAT,
    name: 'redis-refit',
    version: VERSION,
    build: import.meta.url.endsWith('.ts') ? UNKNOWN : await readBuild(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    formats: FORMATS,
  };
}

/** Reads the file that `scripts/build-facts.mjs` wrote. A package of somebody else may lack it. */
async function readBuild(): Promise<BuildFacts> {
  const text = await readInstalledIfPresent('dist/build.json');
  return text === null ? UNKNOWN : (JSON.parse(text) as BuildFacts);
}
