/**
 * Bundles the compiled command and its packages into few files, so that it starts fast: one file for the start, one for
 * each command, and shared files. It removes white space and keeps names, because stack traces must name functions.
 * `bundle.mjs FOLDER` replaces the command below FOLDER/cli with its bundle.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { inAscii, licencesOf, partsOfUndici, replaced, withVersions } from './bundle-parts.mjs';
import { root } from './install.mjs';

const folder = resolve(root, process.argv[2]);

const bundle = await rolldown({
  input: { main: join(folder, 'cli/main.js') },
  platform: 'node',
  optimization: { inlineConst: true },
  // Packages that few commands need, and that load files of their own.
  external: ['temporal-polyfill', 'pg', 'pg-boss', 'fastify', '@fastify/cookie'],
  // The validators have no side effects, so a command contains only the validators that it calls.
  treeshake: { moduleSideEffects: [{ test: /[\\/]generated[\\/]/, sideEffects: false }] },
  plugins: [
    withVersions(join(folder, 'version.js')),
    {
      name: 'load child_process in commander only when needed',
      transform(code, id) {
        if (!/[\\/]commander[\\/]lib[\\/]command\.js$/.test(id)) return null;
        const lazily = `const childProcess = { spawn: (...all) => ${builtIn('node:child_process')}.spawn(...all) };`;
        return replaced(code, /^import childProcess from 'node:child_process';$/m, lazily);
      },
    },
    {
      name: 'load the calendar only when needed, because most plans have no windows',
      transform(code, id) {
        if (id !== join(folder, 'plan/windows/time-zone.js')) return null;
        const lazily = `const require = ${builtIn('node:module')}.createRequire(import.meta.url);
let calendar;
const Temporal = new Proxy({}, { get: (_, name) => (calendar ??= require('temporal-polyfill').Temporal)[name] });`;
        return replaced(code, /^import { Temporal } from 'temporal-polyfill';$/m, lazily);
      },
    },
    {
      name: 'load the widths of characters only when needed, because their patterns take a tenth of a start',
      transform(code, id) {
        if (id !== join(folder, 'report/document/columns.js')) return null;
        const lazily = `const stringWidth = (text) => require('string-width').default(text);`;
        return replaced(code, /^import stringWidth from 'string-width';$/m, lazily);
      },
    },
    partsOfUndici(join(folder, 'cloud/network/http.js')),
    {
      name: 'load no HTTP/2, because the transport speaks HTTP/1.1 only, and no TLS for a provider on loopback',
      load: (id) =>
        /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/.test(id)
          ? `module.exports = () => { throw new Error('HTTP/2 is not in this bundle'); };`
          : null,
    },
  ],
  onLog(_, { code, message }) {
    throw new Error(`${code}: ${message}`);
  },
});
const { output } = await bundle.generate({
  format: 'esm',
  comments: { legal: true, annotation: false, jsdoc: false },
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: '[name].js',
  // Opening a file takes half a millisecond, so the code of most commands is in two files, and the plan parser in one.
  codeSplitting: {
    groups: [
      // This file is evaluated before main.js, where an old Node would already fail.
      { name: 'version', test: /[\\/]((node-)?version|platform|prepare-process)\.js$/, priority: 1 },
      {
        name: 'start',
        test: /[\\/](cli[\\/](run-to-exit-code|output|findings)|operations[\\/]machine|report[\\/]document[\\/](escape|ink))\.js$|rolldown[\\/]runtime/,
      },
      { name: 'plan-text', test: /[\\/]plan[\\/]parse[\\/](parse-plan|decode-plan)\.js$/ },
    ],
  },
  chunkFileNames: ({ name }) => `commands/${name === basename(folder) ? 'library' : name}-[hash].js`,
});
await bundle.close();
for (const { fileName, code } of output) {
  const path = join(folder, 'bundled', fileName);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, inAscii(withNodeAsItIs(code)));
}
writeFileSync(
  join(folder, 'bundled/LICENSES.txt'),
  licencesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)),
);
// Only the command starts the simulator and the console.
for (const unbundled of ['cli', 'console', 'simulator']) rmSync(join(folder, unbundled), { recursive: true });
renameSync(join(folder, 'bundled'), join(folder, 'cli'));

/**
 * Replaces imports of Node modules. Such an import copies every export, which takes milliseconds. `node:crypto` itself loads
 * only at the first call.
 */
function withNodeAsItIs(code) {
  return code.replace(
    /\bimport(?:\*as| )?([\w$]+)?,?(\{[^}]*\})? ?from"(node:[\w/]+)";/g,
    (_, whole, names = '', id) => {
      const parts = whole === undefined ? [] : [`const ${whole} = ${builtIn(id)};`];
      if (id === 'node:crypto')
        parts.push(...[...names.matchAll(/([\w$]+)(?: as ([\w$]+))?/g)].map(lazyCrypto));
      else if (names !== '') parts.push(`const ${names.replaceAll(' as ', ': ')} = ${builtIn(id)};`);
      return parts.join(' ');
    },
  );
}

function lazyCrypto([, name, local = name]) {
  return `const ${local} = (...all) => ${builtIn('node:crypto')}.${name}(...all);`;
}

function builtIn(id) {
  return id === 'node:process' ? 'globalThis.process' : `globalThis.process.getBuiltinModule('${id}')`;
}
