/** The pages of the console: a few files in memory, so no path of a request ever reaches the file system. */
import { gzipSync } from 'node:zlib';
import { sha256 } from '../../digest.ts';

/** A file as browsers get it. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** The body compressed; null: not worth it. */
  readonly gzip: Buffer | null;
  /** Quoted, as in the header. */
  readonly etag: string;
  /** True for a name with the hash of its content: it never changes. */
  readonly isForever: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** The page for every address without a file: the application reads the address. */
const INDEX = 'index.html';

/** Pages whose addresses end with the name of a file: `/plans/grow.yaml`. */
const NAMES_A_FILE = /^(plans|reviews)\//;

/**
 * @param files by their paths.
 * @returns what to answer for a path of a URL; null: there is nothing. A path without a file name is a page.
 */
export function createAssets(files: ReadonlyMap<string, Buffer>): (path: string) => Asset | null {
  const assets = new Map<string, Asset>();
  for (const [path, body] of files) {
    const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
    if (type === undefined) continue;
    const small = /^(text|application|image\/svg)/.test(type) ? gzipSync(body, { level: 9 }) : body;
    assets.set(path, {
      ...{ type, body, gzip: small.length < body.length ? small : null },
      etag: `"${sha256(body).slice(0, 16)}"`,
      isForever: path.startsWith('assets/'),
    });
  }
  return (path) => {
    const name = path.slice(1);
    if (/\.[a-z0-9]+$/i.test(name) && !NAMES_A_FILE.test(name)) return assets.get(name) ?? null;
    return assets.get(INDEX) ?? null;
  };
}
