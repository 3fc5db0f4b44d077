/**
 * Puts every mutant of a file into its text, each behind a switch. One load of the file then serves all mutants:
 *
 *     a < b   →   (__m(7)?(a <= b):(a < b))
 */
import type { Mutant, Site } from './find-mutants.ts';

/** Writes the switches. @param first number of the first mutant, the others follow in order */
export function instrument(text: string, mutants: readonly Mutant[], first: number): string {
  const sites = new Map<string, { site: Site; mutants: { number: number; code: string }[] }>();
  mutants.forEach(({ site, code }, at) => {
    const name = `${site.start} ${site.end} ${site.kind}`;
    const entry = sites.get(name) ?? { site, mutants: [] };
    entry.mutants.push({ number: first + at, code });
    sites.set(name, entry);
  });
  // Outer sites come before the sites inside them. A statement encloses the expression of the same extent.
  const queue = [...sites.values()].sort(
    (a, b) =>
      a.site.start - b.site.start || b.site.end - a.site.end || b.site.kind.localeCompare(a.site.kind),
  );
  let next = 0;

  function render(start: number, end: number): string {
    let out = '';
    let at = start;
    while (next < queue.length && queue[next]!.site.end <= end) {
      const { site, mutants: here } = queue[next++]!;
      out += text.slice(at, site.start);
      const inner = render(site.start, site.end);
      out +=
        site.kind === 'statement'
          ? `{if(!__m(${here[0]!.number})){${inner}}}`
          : `(${here.map(({ number, code }) => `__m(${number})?(${code}):`).join('')}(${inner}))`;
      at = site.end;
    }
    return out + text.slice(at, end);
  }

  return `const __m=globalThis.__refitMutants.reach;${render(0, text.length)}`;
}
