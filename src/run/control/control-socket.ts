/**
 * The control socket of a live run: a Unix domain socket in its directory, which only its user can enter. One line of
 * JSON in, one line of JSON out, and the connection is done. Whatever comes in, the run goes on.
 */
import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { RUN_FILES } from '../../store/folder/run-directory.ts';
import type { Control } from './control.ts';
import { decodeControlRequest, LONGEST_REQUEST } from './control-request.ts';
import { atSocketPath } from './socket-path.ts';

/** How long a connection may last in all, in milliseconds: to ask, to be answered, and to hear the answer. */
const LONGEST_TALK = 30_000;
/** How long the end of a run waits for answers that are on their way. */
const LAST_WORDS = 1_000;
/** Connections at once; more are turned away. */
const MOST_TALKS = 64;

/**
 * Opens the socket in a run directory. Its lock must be held: the socket of a dead process is replaced.
 * @throws where it cannot be made: the caller goes on without.
 */
export async function openControlSocket(directory: string, control: Control, clock: Clock) {
  const path = join(directory, RUN_FILES.control);
  const present = await lstat(path).catch(() => null);
  if (present && !present.isSocket()) throw new Error(`${RUN_FILES.control} is there and is no socket`);
  if (present) await rm(path, { force: true });

  const talks = new Set<Socket>();
  const answers = new Set<Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    talks.add(socket);
    const over = new AbortController();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      talks.delete(socket);
      over.abort();
    });
    void clock.sleep(LONGEST_TALK, over.signal).then(() => socket.destroy());
    onLine(socket, (line) => {
      const answered = answer(line, control).then((text) => said(socket, `${text}\n`));
      answers.add(answered);
      void answered.finally(() => answers.delete(answered));
    });
  });
  server.maxConnections = MOST_TALKS;
  await atSocketPath(directory, (short) => listening(server, short));
  server.on('error', () => undefined);
  await chmod(path, 0o600);

  return {
    /** Lets answers that are on their way out, and removes the socket. Never rejects. */
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const heard = new AbortController();
      const all = Promise.allSettled(answers).then(() => heard.abort());
      await Promise.race([all, clock.sleep(LAST_WORDS, heard.signal)]);
      for (const socket of talks) socket.destroy();
      await closed;
      await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Calls `take` once, with the first line; with what there is where the other side ends, or says too much, before it. */
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
    // What comes after the line is read and forgotten, so that the answer gets through.
    if (taken) return;
    text += chunk;
    const feed = text.indexOf('\n');
    if (feed >= 0) end(text.slice(0, feed));
    else if (text.length > LONGEST_REQUEST) end(text);
  });
  socket.on('end', () => end(text));
}

async function answer(line: string, control: Control): Promise<string> {
  const request = decodeControlRequest(line);
  if (typeof request === 'string') return JSON.stringify({ accepted: false, what: request });
  if (request.kind === 'status') return JSON.stringify(control.status());
  return JSON.stringify(await control.handle(request.command, request.by));
}

/** Ends the talk with these words; resolves when they have left, or nobody is there to hear them. */
function said(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once('close', () => resolve());
    socket.end(text, () => resolve());
  });
}
