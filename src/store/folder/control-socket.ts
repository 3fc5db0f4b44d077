/**
 * The control socket of a live run: a Unix domain socket in its run directory, which only its user can enter. Each
 * connection carries one line of JSON in and one line of JSON out. No input can stop the run.
 */
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RUN_FILES } from './run-files.ts';
import { atSocketPath } from './socket-path.ts';

/** Milliseconds that a connection may last, from request to received answer. */
const LONGEST_CONNECTION = 30_000;
/** Milliseconds that the end of a run waits for answers in transit. */
const CLOSE_GRACE = 1_000;
/** The most characters of a request that are kept. The reader of requests accepts fewer. */
const LONGEST_REQUEST = 8_192;
/** Connections at the same time. The server refuses more. */
const MOST_CONNECTIONS = 64;

/**
 * Opens the socket in a run directory. The caller must hold its lock, because the socket of a dead process is replaced.
 * @param answer gives the answer to one request. It never rejects.
 * @throws if the socket cannot be made; the caller continues without one.
 */
export async function openControlSocket(
  directory: string,
  answer: (line: string) => Promise<string>,
  clock: Clock,
) {
  const path = join(directory, RUN_FILES.control);
  const present = await lstat(path).catch(() => null);
  if (present && !present.isSocket()) throw new Error(`${RUN_FILES.control} exists and is not a socket`);
  if (present) await rm(path, { force: true });

  const connections = new Set<Socket>();
  const answers = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    const over = new AbortController();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      connections.delete(socket);
      over.abort();
    });
    void clock.sleep(LONGEST_CONNECTION, over.signal).then(() => socket.destroy());
    onLine(socket, (line) => {
      const answered = answer(line).then((text) => sendAnswer(socket, `${text}\n`));
      answers.add(answered);
      void answered.finally(() => answers.delete(answered));
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await atSocketPath(directory, (short) => listen(server, short));
  server.on('error', () => undefined);
  await chmod(path, 0o600);

  return {
    /** Waits for answers in transit, then removes the socket. Never rejects. */
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const allSent = new AbortController();
      const all = Promise.allSettled(answers).then(() => allSent.abort());
      await Promise.race([all, clock.sleep(CLOSE_GRACE, allSent.signal)]);
      for (const socket of connections) socket.destroy();
      await closed;
      await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Calls `take` once with the first line, or with what arrived before the client ended or sent too much. */
function onLine(socket: Socket, take: (line: string) => void): void {
  let text = '';
  let taken = false;
  const end = (line: string): void => {
    if (taken) return;
    taken = true;
    text = '';
    take(line);
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    // Bytes after the line are read and dropped, so that the answer can leave.
    if (taken) return;
    text += chunk;
    const feed = text.indexOf('\n');
    if (feed >= 0) end(text.slice(0, feed));
    else if (text.length > LONGEST_REQUEST) end(text);
  });
  socket.on('end', () => end(text));
}

/** Sends the text and ends the connection. Resolves when the text has left or the client is gone. */
function sendAnswer(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once('close', () => resolve());
    socket.end(text, () => resolve());
  });
}
