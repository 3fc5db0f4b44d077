/** Archives that are the same bytes at each build: entries in order, one time, and no names of users. */
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Header } from 'tar';

const BLOCK = 512;

/**
 * An entry of a tree: `{ path, mode, text }` or `{ path, mode, file }` for a file, `{ path, link }` for a symbolic link, and
 * `{ path, mode, owner }` for a folder. `owner` is the number of a user; it defaults to 0.
 */

/** The entries with every folder above them, sorted by path. */
export function withFolders(entries) {
  const all = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries)
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder))
      if (!all.has(folder)) all.set(folder, { path: folder, mode: 0o755 });
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Writes a tar archive. @param time in seconds, of every entry.
 * @returns the SHA-256 of the archive before and after compression, in hexadecimal digits, and its size in bytes.
 */
export async function writeTar(path, entries, { time, gzip }) {
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  let size = 0;
  async function* pieces() {
    for (const piece of tarPieces(withFolders(entries), time)) {
      plain.update(piece);
      yield piece;
    }
  }
  async function* counted(source) {
    for await (const piece of source) {
      packed.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  const steps = gzip ? [createGzip({ level: 6 })] : [];
  await pipeline(Readable.from(pieces()), ...steps, counted, createWriteStream(path));
  return { plainDigest: plain.digest('hex'), digest: packed.digest('hex'), size };
}

function* tarPieces(entries, time) {
  for (const entry of entries) {
    const data = contentOf(entry);
    yield header(entry, data?.length ?? 0, time);
    if (data === null) continue;
    yield data;
    if (data.length % BLOCK > 0) yield Buffer.alloc(BLOCK - (data.length % BLOCK));
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header({ path, mode = 0o777, link, owner = 0, ...entry }, size, time) {
  const isFile = 'text' in entry || 'file' in entry;
  const type = link !== undefined ? 'SymbolicLink' : isFile ? 'File' : 'Directory';
  const header = new Header({
    path: type === 'Directory' ? `${path}/` : path,
    ...{ mode, size, type, linkpath: link ?? '', mtime: new Date(time * 1000), uid: owner, gid: owner },
  });
  const block = Buffer.alloc(BLOCK);
  if (header.encode(block, 0)) throw new Error(`${path} does not fit into the header of a tar archive`);
  return block;
}

function contentOf({ text, file }) {
  if (text !== undefined) return Buffer.from(text);
  return file === undefined ? null : readFileSync(file);
}

/** Writes the entries below a folder. Owners are those of this process. */
export function writeTree(folder, entries) {
  for (const entry of withFolders(entries)) {
    const path = join(folder, entry.path);
    const data = contentOf(entry);
    if (entry.link !== undefined) symlinkSync(entry.link, path);
    else if (data === null) mkdirSync(path, { recursive: true });
    else writeFileSync(path, data);
    if (entry.link === undefined) chmodSync(path, entry.mode);
  }
}
