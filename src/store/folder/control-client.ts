/** Sends requests to the live process of a run over its control socket. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import { SECOND } from '../../units.ts';
import { atSocketPath } from './socket-path.ts';

/** Milliseconds that a live process has to answer. An answer waits until its entry is on disk. */
const ANSWER_WITHIN = 15_000;

/**
 * Sends one line to the live process of a run.
 * @returns its answer; null if no process listens. @throws RefitError `run-silent` if it does not answer.
 */
export async function askRunProcess(directory: string, line: string, clock: Clock): Promise<string | null> {
  const socket = await atSocketPath(directory, connectTo);
  if (socket === null) return null;
  const silent = (seconds: number | null) =>
    refitError(
      'run-silent',
      message('error.run-silent', { name: directory, seconds, command: `refit status ${directory}` }),
    );
  const answered = new AbortController();
  const timeout = clock.sleep(ANSWER_WITHIN, answered.signal).then(() => {
    throw silent(ANSWER_WITHIN / SECOND);
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([answerTo(socket, `${line}\n`), timeout]);
  } catch (error) {
    throw error instanceof RefitError ? error : silent(null);
  } finally {
    answered.abort();
    socket.destroy();
  }
}

/** Connects to a socket; null if there is no socket or no process listens on it. */
function connectTo(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR'].includes(error.code ?? '')) resolve(null);
      else reject(error);
    });
  });
}

function answerTo(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(text));
    socket.once('close', () => reject(new Error('closed')));
    socket.write(line);
  });
}
