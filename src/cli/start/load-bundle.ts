/**
 * The start of the shipped command, and of each of its threads: loads the files of the bundle, which are beside this one or
 * inside the single executable. The build appends the call. An old Node must get as far as the check of its version.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { type CompiledCode, cacheFolder, readCode, writeCode } from './code-cache.ts';

/** Identifies the bundle. The build sets it. */
declare const BUNDLE: string;

/** The exit code of a typing error. Its first word may be no command. */
const USAGE = 64;

/** A file of the bundle, as CommonJS. */
interface Loaded {
  exports: unknown;
}

type Wrapped = (
  exports: unknown,
  require: (id: string) => unknown,
  module: Loaded,
  filename: string,
  folder: string,
) => void;

// Only the executable has files inside. An old Node has no such function.
const inside = process.getBuiltinModule?.('node:sea');
const isExecutable = inside?.isSea() === true;
/** No such folder exists for an executable, but stack traces need names. */
const home = isExecutable ? '/refit' : __dirname;

const loaded = new Map<string, Loaded>();
/** The files of commands. The others are too short for a cache. */
const scripts = new Map<string, Script>();
let cached: CompiledCode | null = null;
let isComplete = true;

/** Loads a file of the bundle, such as `main.js`, the first time. @returns its exports. */
export function load(name: string): unknown {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module: Loaded = { exports: {} };
  loaded.set(name, module);
  const filename = join(home, name);
  const script = compile(name, filename);
  const run = script.runInThisContext() as Wrapped;
  run(module.exports, (id) => resolve(id, name), module, filename, join(filename, '..'));
  return module.exports;
}

function resolve(id: string, from: string): unknown {
  return id.startsWith('.') ? load(join(from, '..', id)) : require(id);
}

function compile(name: string, filename: string): Script {
  const code = `(function(exports,require,module,__filename,__dirname){${readPart(name)}\n})`;
  if (!name.startsWith('commands/')) return new Script(code, { filename });
  cached ??= openCache();
  const cachedData = cached.get(name);
  const script = new Script(code, { filename, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) isComplete = false;
  scripts.set(name, script);
  return script;
}

/** The files are ASCII, which latin1 reads fastest. */
function readPart(name: string): string {
  if (!isExecutable) return readFileSync(join(home, name), 'latin1');
  return Buffer.from(inside!.getRawAsset(`bundle/${name}`) as ArrayBuffer).toString('latin1');
}

/** Reads the code of this command. It is written at the end if a file was loaded that has none. */
function openCache(): CompiledCode {
  const folder = cacheFolder(process.env);
  if (folder === null) return new Map();
  const command = process.argv.slice(2).find((arg) => /^[a-z][a-z-]*$/.test(arg)) ?? 'refit';
  const place = { folder, program: `${BUNDLE}-${process.version}-${process.arch}`, command };
  const before = readCode(place);
  process.once('exit', (exitCode) => {
    if (isComplete || exitCode === USAGE) return;
    const after = [...scripts].map(([name, script]) => [name, script.createCachedData()] as const);
    writeCode(place, new Map([...before, ...after]));
  });
  return before;
}
