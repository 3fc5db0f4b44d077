/** The Debian package of an executable. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../install.mjs';
import { writeTree } from './archive.mjs';
import { run } from './run.mjs';
import { packageFacts, prefixTree } from './trees.mjs';

/** Debian's names of processors. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** What the binary of Node asks for: GLIBC_2.28, GLIBCXX_3.4.21 and CXXABI_1.3.11. */
const DEPENDS = 'libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 7)';

/** The file name of the package. */
export function debianName(processor) {
  const { name, version } = packageFacts();
  return `${name}_${version}_${ARCHITECTURES[processor]}.deb`;
}

/** Writes the package. @param time in seconds, of every file in it. */
export function writeDebian(path, { processor, executable, licences, time }) {
  const { name } = packageFacts();
  const folder = mkdtempSync(join(tmpdir(), 'refit-deb-'));
  try {
    const entries = debianTree({ name, executable, licences });
    const control = { path: 'DEBIAN/control', mode: 0o644, text: controlText(processor, entries) };
    writeTree(folder, [...entries, control]);
    mkdirSync(dirname(path), { recursive: true });
    // Gzip, which every version of dpkg reads.
    run(
      'dpkg-deb',
      ['--root-owner-group', '--uniform-compression', '-Zgzip', '-z6', '--build', folder, path],
      {
        env: { SOURCE_DATE_EPOCH: String(time) },
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function debianTree({ name, executable, licences }) {
  const zsh = 'share/zsh/vendor-completions';
  const doc = `usr/share/doc/${name}`;
  const common = prefixTree({ executable, licences, zsh }).map(({ path, ...entry }) => ({
    ...entry,
    path: `usr/${path}`.replace('usr/share/doc/refit', doc),
  }));
  const units = join(root, 'deploy/systemd');
  return [
    ...common.filter(({ path }) => !/\/(LICENSE|CHANGELOG\.md|LICENSES\.txt|refit\.1)$/.test(path)),
    ...common
      .filter(({ path }) => path.endsWith('/refit.1'))
      .map(({ file, ...entry }) => ({
        ...entry,
        path: `${entry.path}.gz`,
        text: packed(readFileSync(file)),
      })),
    { path: `${doc}/changelog.gz`, mode: 0o644, text: packed(readFileSync(join(root, 'CHANGELOG.md'))) },
    { path: `${doc}/copyright`, mode: 0o644, text: copyright(licences) },
    ...readdirSync(units).map((unit) => ({
      path: `${doc}/examples/${unit}`,
      mode: 0o644,
      file: join(units, unit),
    })),
  ];
}

const packed = (data) => gzipSync(data, { level: 9 });

function copyright(licences) {
  return `Refit has the licence Apache-2.0, whose text is first. The licences of what is in the executable follow.

${readFileSync(join(root, 'LICENSE'), 'utf8')}
${licences}`;
}

function controlText(processor, entries) {
  const { name, version } = packageFacts();
  const bytes = entries.reduce((sum, { text, file }) => sum + (text ?? readFileSync(file)).length, 0);
  return `Package: ${name}
Version: ${version}
Architecture: ${ARCHITECTURES[processor]}
Maintainer: The Refit maintainers <refit@example.com>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${DEPENDS}
Section: admin
Priority: optional
Description: plan, review and apply size changes of TencentDB for Redis
 Refit checks a plan of target sizes against the live fleet and the rules of
 the provider, prices it, and seals it for review. Then it carries the plan
 out under the request limit of the provider, and leaves an audit report.
`;
}
