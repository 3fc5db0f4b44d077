/**
 * A server in its own process, so that its CPU time is separate: a server with a constant answer, plain or over TLS, or
 * the simulator. It reports its URL when it listens, and its CPU time on request.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setPriority } from 'node:os';
import { systemClock } from '../src/clock.ts';
import type { ServerCertificate } from '../src/simulator/server.ts';
import { type Keys, type SimulateOptions, simulate } from '../src/simulator/simulate.ts';

export type ServerSettings =
  | { readonly kind: 'static'; readonly tls: ServerCertificate | null }
  | ({ readonly kind: 'simulator' } & SimulateOptions);

export interface ChildServer {
  readonly url: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** Of every account of a simulator. */
  readonly keys: readonly Keys[];
  /** CPU time so far, milliseconds. */
  cpu(): Promise<number>;
  close(): void;
}

/** Starts a server and waits until it listens. */
export async function childServer(settings: ServerSettings): Promise<ChildServer> {
  const child = fork(import.meta.filename, [], { serialization: 'advanced' });
  child.send(settings);
  const reply = (await message(child)) as Pick<ChildServer, 'url' | 'secretId' | 'secretKey' | 'keys'>;
  return {
    ...reply,
    async cpu() {
      child.send('cpu');
      return (await message(child)) as number;
    },
    close: () => void child.kill(),
  };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the server ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer);
    });
  });
}

const ANSWER = JSON.stringify({
  Response: { DealId: '202611110000001', RequestId: '5ff8ac1c-8f3c-4c1b-a1bd-2e6f1d2c3b4a' },
});

function answerAlike(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': ANSWER.length });
    response.end(ANSWER);
  });
}

async function serve(settings: ServerSettings): Promise<object> {
  if (settings.kind === 'simulator') {
    preferThisProcess();
    const { url, secretId, secretKey, keys } = await simulate(settings, systemClock);
    return { url, secretId, secretKey, keys };
  }
  const options = { keepAliveTimeout: 60_000 };
  const server = settings.tls
    ? createTlsServer({ ...options, ...settings.tls }, answerAlike)
    : createServer(options, answerAlike);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `${settings.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { url, secretId: `AKID${'b'.repeat(32)}`, secretKey: 'k'.repeat(32), keys: [] };
}

/** The real provider has machines of its own, and counts a call when it arrives. Only root may raise a priority. */
function preferThisProcess(): void {
  try {
    setPriority(-10);
  } catch {
    // Without the right, a busy machine makes the simulator late.
  }
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.on('message', (request: ServerSettings | 'cpu') => {
    if (request === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.((user + system) / 1000);
    } else void serve(request).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}
