/**
 * Keeps compiled code for the next call, which then starts in two thirds of the time. The cache is always the user's own
 * folder: anyone who can write there can put code into a process that holds keys.
 *
 * Node's compile cache stores the code of a file before it runs, so each start compiles several hundred functions again. This
 * one stores it at the end of a call, with the functions that ran.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** Such as `1cfbba2179e2e73e-v24.21.0-x64`: the bundle, Node and its processor. */
const PROGRAM = /^[0-9a-f]{16}-v\d+\.\d+\.\d+-\w+$/;
const MONTH = 30 * 86_400_000;

/** The compiled code of files, by their names in the bundle. */
export type CompiledCode = ReadonlyMap<string, Buffer>;

/**
 * The folder of the cache: `$XDG_CACHE_HOME/refit`, else `~/.cache/refit`. It may not exist.
 * @returns null if there is none, or `NODE_DISABLE_COMPILE_CACHE` is set.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  if (env.NODE_DISABLE_COMPILE_CACHE) return null;
  const base = [cache, home && join(home, '.cache')].find((path) => path && isAbsolute(path));
  return base ? join(base, 'refit') : null;
}

/** Where the code of one command is. */
export interface CachePlace {
  readonly folder: string;
  /** The program that compiled it: another one has other code. */
  readonly program: string;
  readonly command: string;
}

/** Reads the code of a command. @returns empty if there is none, somebody else could have written it, or it is not whole. */
export function readCode({ folder, program, command }: CachePlace): CompiledCode {
  try {
    if (!isOwn(statSync(folder))) return new Map();
    return codeIn(readFileSync(join(folder, program, command)));
  } catch {
    return new Map();
  }
}

/**
 * Writes the code of a command, if nobody else can write there. It is durable before it has its name, because V8 does not check
 * the code that it gets. Never throws.
 */
export function writeCode({ folder, program, command }: CachePlace, code: CompiledCode): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(statSync(folder))) return;
    if (mkdirSync(join(folder, program), { recursive: true, mode: 0o700 })) removeUnused(folder, program);
    const path = join(folder, program, command);
    const next = `${path}.${process.pid}`;
    const file = openSync(next, 'wx', 0o600);
    try {
      for (const part of [head(code), ...code.values()]) writeSync(file, part);
      fsyncSync(file);
      renameSync(next, path);
    } catch (error) {
      rmSync(next, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
  } catch {
    // The folder is read-only, or the disk is full: the next call starts slower, and the result of this one is the same.
  }
}

/** Removes the code of programs that wrote none in the month before this one was made. The folder may hold other things. */
function removeUnused(folder: string, latest: string): void {
  const { mtimeMs: now } = statSync(join(folder, latest));
  for (const program of readdirSync(folder).filter((name) => PROGRAM.test(name))) {
    const path = join(folder, program);
    if (statSync(path).mtimeMs < now - MONTH) rmSync(path, { recursive: true, force: true });
  }
}

/** A line of JSON: the name and the length of each part that follows. */
function head(code: CompiledCode): Buffer {
  const parts = JSON.stringify([...code].map(([name, { length }]) => [name, length]));
  return Buffer.from(`${parts}\n`);
}

function codeIn(bytes: Buffer): CompiledCode {
  let at = bytes.indexOf('\n') + 1;
  const parts = JSON.parse(bytes.toString('latin1', 0, at)) as readonly (readonly [string, number])[];
  const code = new Map<string, Buffer>();
  for (const [name, length] of parts) {
    code.set(name, bytes.subarray(at, at + length));
    at += length;
  }
  return at === bytes.length ? code : new Map();
}

/** Whether this user owns it, and nobody else can write to it. */
function isOwn({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}
