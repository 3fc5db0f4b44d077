/** Serves the built site to a browser on this machine. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * @param folder of the site.
 * @param base the path of the site, such as `/`.
 * @param port 0 for any free one.
 */
export function serve(folder: string, base: string, port: number): Server {
  const server = createServer((request, response) => {
    const file = fileOf(folder, base, request.url ?? '/');
    if (file === null) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('No such page.\n');
      return;
    }
    // Other files that the site has, such as plans, are text.
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain; charset=utf-8' });
    createReadStream(file).pipe(response);
  });
  return server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : port;
    process.stderr.write(`The site is at http://127.0.0.1:${bound}${base}. Ctrl-C ends it.\n`);
  });
}

/** The file of an address: that path, or `index.html` in that folder. Null outside the folder of the site. */
function fileOf(folder: string, base: string, url: string): string | null {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  if (!pathname.startsWith(base)) return null;
  const path = normalize(join(folder, decodeURIComponent(pathname.slice(base.length))));
  if (path !== folder && !path.startsWith(`${folder.replace(/\/$/, '')}/`)) return null;
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
  return existsSync(file) ? file : null;
}
