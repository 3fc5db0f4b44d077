/** Parts of the bundle of the command: versions, texts and licences. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/** A plugin that sets the versions at build time. @param file the path of version.ts, or what it is compiled to. */
export function withVersions(file) {
  const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    name: 'set the versions at build time',
    load: (id) =>
      id === file
        ? `export const VERSION = ${JSON.stringify(version)}, OLDEST_NODE = ${JSON.stringify(engines.node.replace('>=', ''))};`
        : null,
  };
}

/** Replaces a pattern. @throws if the text does not have it. */
export function replaced(code, pattern, text) {
  if (!pattern.test(code)) throw new Error(`no match to replace: ${pattern}`);
  return code.replace(pattern, text);
}

/** Node reads text in ASCII faster, and keeps it in half the memory. */
export function inAscii(code) {
  // An escape in a raw string would be other characters.
  const raw = /raw`[^`]*[^\0-\x7f][^`]*`/.exec(code);
  if (raw) throw new Error(`write escapes instead of characters in ${raw[0]}`);
  return code.replace(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The licence texts of the packages whose modules these are. */
export function licencesOf(modules) {
  const packages = new Set(
    modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const files = readdirSync(path);
      // A few packages have their licence in their description only.
      const file =
        files.find((one) => /^(un)?licen[cs]e/i.test(one)) ?? files.find((one) => /^readme/i.test(one));
      if (!file || !license) throw new Error(`${name} has no licence text`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
