/** What every package of the executable contains, at the paths below its prefix, such as `/usr`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

/**
 * The entries below a prefix. @param executable its path on disk. @param licences of the packages and of Node.
 * @param zsh the folder of the completion of zsh: systems have different ones.
 */
export function prefixTree({ executable, licences, zsh = 'share/zsh/site-functions' }) {
  const share = join(root, 'dist/share');
  const data = (path, file) => ({ path, mode: 0o644, file });
  return [
    { path: 'bin/refit', mode: 0o755, file: executable },
    data('share/man/man1/refit.1', join(share, 'man/man1/refit.1')),
    data('share/bash-completion/completions/refit', join(share, 'bash-completion/completions/refit')),
    data(`${zsh}/_refit`, join(share, 'zsh/site-functions/_refit')),
    data('share/fish/vendor_completions.d/refit.fish', join(share, 'fish/vendor_completions.d/refit.fish')),
    data('share/doc/refit/LICENSE', join(root, 'LICENSE')),
    data('share/doc/refit/CHANGELOG.md', join(root, 'CHANGELOG.md')),
    { path: 'share/doc/refit/LICENSES.txt', mode: 0o644, text: licences },
    // Editors read the schemas by their path.
    ...readdirSync(join(root, 'schemas')).map((name) =>
      data(`share/refit/schemas/${name}`, join(root, 'schemas', name)),
    ),
  ];
}

/** The name and version of the package. */
export function packageFacts() {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return { name, version, description, license };
}
