// Reads CHANGELOG.md. A version has a heading `## 1.2.3 (2026-12-31)`, or `## 1.2.3 (unreleased)` while people work on it.

const HEADING = /^## (\d+\.\d+\.\d+(?:-[\w.-]+)?) \((unreleased|\d{4}-\d\d-\d\d)\)$/;

/**
 * The versions of a changelog, newest first.
 * @returns for each: `version`, `date` (null while unreleased) and `text`, the lines below its heading.
 * @throws Error for a heading of another form.
 */
export function readChangelog(changelog) {
  const [, ...parts] = `\n${changelog}`.split(/\n(?=## )/);
  return parts.map((part) => {
    const [heading, ...lines] = part.split('\n');
    const [, version, date] = HEADING.exec(heading) ?? [];
    if (version === undefined)
      throw new Error(`CHANGELOG.md: ${heading}: write ## 1.2.3 (unreleased), or ## 1.2.3 (2026-12-31)`);
    return { version, date: date === 'unreleased' ? null : date, text: lines.join('\n').trim() };
  });
}

/** A changelog in which this version is released on this day. @throws Error if it has no unreleased heading. */
export function withRelease(changelog, version, day) {
  const open = `## ${version} (unreleased)\n`;
  if (!changelog.includes(open)) throw new Error(`CHANGELOG.md has no heading: ${open.trim()}`);
  return changelog.replace(open, `## ${version} (${day})\n`);
}

/**
 * The notes of a release. Its page breaks lines where the text does, and knows no relative links.
 * @param files the address of the files of the release, with a slash at its end; null keeps links as they are.
 */
export function notesOf({ text }, files) {
  const joined = text.replace(/(?<=\S)\n(?: {2,}|(?=[^\s#\-*|>`\d]))/g, ' ');
  return files === null ? joined : joined.replace(/\]\((?!\w+:|#)([^)]+)\)/g, `](${files}$1)`);
}

/** Compares two versions by number; a version with a suffix is before the one without. */
export function isLater(one, other) {
  const [left, right] = [one, other].map((version) => {
    const [numbers, suffix] = version.split(/-(.*)/s);
    return { numbers: numbers.split('.').map(Number), suffix: suffix ?? '\u{10ffff}' };
  });
  const at = left.numbers.findIndex((number, index) => number !== right.numbers[index]);
  return at < 0 ? left.suffix > right.suffix : left.numbers[at] > right.numbers[at];
}
