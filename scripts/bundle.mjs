/**
 * Bundles the command and its packages into few CommonJS files, so that it starts fast: one file for the start, one for each
 * command, and shared files. `src/cli/start/load-bundle.ts` loads them. It removes white space and keeps names, because stack
 * traces must name functions. `bundle.mjs FOLDER` writes the bundle to FOLDER/cli.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { inAscii, licencesOf, replaced, withVersions } from './bundle-parts.mjs';
import { root } from './install.mjs';

const SRC = join(root, 'src');

/** How the code is written. */
const FORM = {
  format: 'cjs',
  strict: true,
  // What the loader runs has no import of its own.
  dynamicImportInCjs: false,
  comments: { legal: true, annotation: false, jsdoc: false },
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
};

/** Statements that are replaced: the file, what it has, and what it gets. */
const REPLACED = [
  // The transport uses only a quarter of undici.
  [
    /[\\/]src[\\/]cloud[\\/]network[\\/]http\.ts$/,
    /^import { Agent,(?: type \w+,)* ProxyAgent(?:, type \w+)* } from 'undici';$/m,
    "import Agent from 'undici/lib/dispatcher/agent.js';\nimport ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';",
  ],
  // It speaks HTTP/1.1 only.
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/,
    /^[\s\S]*$/,
    "module.exports = () => { throw new Error('HTTP/2 is not in this bundle'); };",
  ],
];

/** Opening a file takes time, so what all commands need is in one file, and what plans need in another. */
const GROUPS = [
  // The check of Node comes before anything that an old Node cannot load.
  {
    name: 'version',
    test: /[\\/]src[\\/]((node-)?version|platform|cli[\\/]prepare-process)\.ts$/,
    priority: 1,
  },
  {
    name: 'start',
    test: /[\\/]src[\\/](cli[\\/](run-to-exit-code|output|findings)|operations[\\/]machine|report[\\/]document[\\/](escape|ink))\.ts$/,
  },
  { name: 'plan-text', test: /[\\/]src[\\/]plan[\\/]parse[\\/](parse-plan|decode-plan)\.ts$/ },
  {
    name: 'english',
    test: /[\\/]src[\\/]messages[\\/]en[\\/](en|.*codes|(errors|plan|run)[\\/].*)\.ts$/,
    priority: 2,
    includeDependenciesRecursively: false,
  },
  { name: 'calendar', test: /[\\/]temporal-polyfill[\\/]/, priority: 2 },
  { name: 'cron', test: /[\\/]croner[\\/]/, priority: 2 },
  { name: 'widths', test: /[\\/]string-width[\\/]/, priority: 2 },
];

/** Files and modules of Node that load at their first use, by the names that the bundler gives their exports. */
const LATE = /^require_(english|calendar|cron|widths)$|^node_(crypto|child_process)$/;

/** The folder of the files whose compiled code is kept. */
const COMMANDS = 'commands/';

/** Whether `--version` needs the file, so that it must not wait for the cache. */
const isForStart = (name) => name === 'version' || name === 'rolldown-runtime';

/**
 * Writes the files of the bundle. The command is `command.js`.
 * @param folder the files go there. @param threads programs of threads, as paths below `src/` without an extension.
 * @returns the text that defines `load` for these files, their names, and the licence texts of the packages in them.
 */
export async function bundleCommand(folder, threads = []) {
  const bundle = await rolldown({
    input: {
      command: join(SRC, 'cli/main.ts'),
      ...Object.fromEntries(threads.map((name) => [name, join(SRC, `${name}.ts`)])),
    },
    platform: 'node',
    optimization: { inlineConst: true },
    preserveEntrySignatures: 'allow-extension',
    // It is native code, which `pg` uses only if somebody installs it.
    external: ['pg-native'],
    // The validators have no side effects, so a command contains only the validators that it calls.
    treeshake: { moduleSideEffects: [{ test: /[\\/]generated[\\/]/, sideEffects: false }] },
    plugins: [withVersions(join(SRC, 'version.ts')), replacing()],
    onLog(_, { code, message }) {
      throw new Error(`${code}: ${message}`);
    },
  });
  const { output } = await bundle.generate({
    ...FORM,
    entryFileNames: '[name].js',
    codeSplitting: { groups: GROUPS },
    chunkFileNames: ({ name }) => (isForStart(name) ? '[name].js' : `${COMMANDS}${name}-[hash].js`),
  });
  await bundle.close();
  const files = output.map(({ fileName, code }) => ({
    fileName,
    code: inAscii(late(code.replace(/^#!.*\n/, ''))),
  }));
  for (const { fileName, code } of files) {
    if (/\bimport\(["'`]/.test(code))
      throw new Error(`${fileName} has an import, which the loader cannot follow`);
    const path = join(folder, fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  return {
    loader: await loaderOf(digestOf(files)),
    files: files.map(({ fileName }) => fileName).sort(),
    licences: licencesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)),
  };
}

/** @param digest identifies the bundle. */
async function loaderOf(digest) {
  const bundle = await rolldown({ input: join(SRC, 'cli/start/load-bundle.ts'), platform: 'node' });
  const { output } = await bundle.generate(FORM);
  await bundle.close();
  return inAscii(replaced(output[0].code, /\bBUNDLE\b/, JSON.stringify(digest)));
}

/**
 * Loads what is LATE at its first use:
 *     const require_english=require("./english.js");  →  let late0;const require_english=()=>late0??=require("./english.js");
 *     require_english.en                              →  require_english().en
 */
function late(code) {
  const names = [];
  const declared = code.replace(
    /\b(?:const|let) (\w+)=(require\("[^"]+"\));(?:\1=([\w.]+)\(\1,1\);)?/g,
    (whole, name, load, convert) => {
      if (!LATE.test(name)) return whole;
      names.push(name);
      return `let late_${name};const ${name}=()=>late_${name}??=${convert ? `${convert}(${load},1)` : load};`;
    },
  );
  const used = new RegExp(`(\\bnew )?\\b(${names.join('|')})\\.(\\w+)`, 'g');
  if (names.length === 0) return declared;
  return declared.replace(used, (_, isNew, name, member) =>
    isNew ? `new(${name}().${member})` : `${name}().${member}`,
  );
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const { fileName, code } of files) hash.update(`${fileName}\0${code}\0`);
  return hash.digest('hex').slice(0, 16);
}

function replacing() {
  return {
    name: 'replace statements',
    transform(code, id) {
      const row = REPLACED.find(([file]) => file.test(id));
      return row === undefined ? null : replaced(code, row[1], row[2]);
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(resolve(root, process.argv[2]), 'cli');
  // Only the command starts the simulator and the console. The library stays compiled files.
  for (const unused of ['cli', 'console', 'simulator'])
    rmSync(join(folder, '..', unused), { recursive: true });
  const { loader, licences } = await bundleCommand(folder);
  writeFileSync(join(folder, 'main.js'), `#!/usr/bin/env node\n${loader}load('command.js');\n`);
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(folder, 'LICENSES.txt'), licences);
}
