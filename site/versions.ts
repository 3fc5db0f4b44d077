/** The root of the site: the list of versions, and `latest/`, whose pages lead to those of the newest version. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Leads to the address in `data-to`, with the fragment of the present address. */
const REDIRECT = 'location.replace(document.currentScript.dataset.to + location.hash);\n';

/** The newest version first. Numbers compare as numbers, and a pre-release comes before its release. */
export function newestFirst(versions: readonly string[]): string[] {
  const core = (version: string): string => version.replace(/-.*/, '');
  const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
  return [...versions].sort(
    (a, b) =>
      byNumber(core(b), core(a)) || Number(a.includes('-')) - Number(b.includes('-')) || byNumber(b, a),
  );
}

/**
 * Writes `versions.json`, `index.html`, `404.html` and `latest/` for the versions that are in a folder.
 *
 * @param out the folder of the site, with a folder for each version.
 * @param base the path of the site on its host, such as `/`.
 */
export function writeVersions(out: string, base: string): void {
  const names = readdirSync(out, { withFileTypes: true });
  const versions = newestFirst(
    names.filter((entry) => entry.isDirectory() && /^\d+\.\d+\.\d+/.test(entry.name)).map(({ name }) => name),
  );
  const latest = versions[0]!;
  writeFileSync(join(out, 'versions.json'), `${JSON.stringify({ latest, versions })}\n`);
  // Hosts of static pages show this one for an address that is not there.
  cpSync(join(out, latest, '404.html'), join(out, '404.html'));
  writeFileSync(join(out, 'redirect.js'), REDIRECT);
  writeFileSync(join(out, 'index.html'), redirectTo(`${base}${latest}/`, base));
  rmSync(join(out, 'latest'), { recursive: true, force: true });
  const pages = readdirSync(join(out, latest), { recursive: true, encoding: 'utf8' });
  for (const page of pages.filter((name) => name.endsWith('.html') && name !== '404.html')) {
    const file = join(out, 'latest', page);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, redirectTo(`${base}${latest}/${page.replace(/(^|\/)index\.html$/, '$1')}`, base));
  }
}

function redirectTo(address: string, base: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'">
<title>Refit</title>
<link rel="canonical" href="${address}">
<script src="${base}redirect.js" data-to="${address}"></script>
<noscript><meta http-equiv="refresh" content="0; url=${address}"></noscript>
</head>
<body><a href="${address}">${address}</a></body>
</html>
`;
}
