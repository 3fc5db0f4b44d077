/** Runs a program that a plan names, without a shell: what a gate judges by. */
import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { GateDoors } from '../run/gate.ts';

/** Of its output so many characters are kept, from the end: the last line is told. */
const KEPT = 4_000;
const TOLD = 200;

/** No program of a plan's is handed the provider's keys. */
const SECRETS = /^(TENCENTCLOUD_|TKE_)/;

/**
 * @returns what runs a program with this input, in this directory and with this environment but for the provider's keys.
 * One that takes longer than its timeout, or that nobody waits for any more, is killed with all that it started.
 */
export function commandRunner(
  clock: Clock,
  env: Readonly<Record<string, string | undefined>>,
): NonNullable<GateDoors['runCommand']> {
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.test(name)));
  return ([program = '', ...args], { input, timeout, signal }) =>
    new Promise((resolve) => {
      // A group of its own, so that what it starts can be ended with it.
      const child = spawn(program, args, { env: given, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
      const over = new AbortController();
      let said = '';
      let why: string | null = null;
      const end = (told: Awaited<ReturnType<NonNullable<GateDoors['runCommand']>>>) => {
        over.abort();
        resolve(told);
      };
      const kill = (because: string) => {
        why = because;
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It is gone already.
        }
        end({ kind: 'no-end', why: because });
      };
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-KEPT);
        });
      child.stdin.on('error', () => undefined).end(input);
      child.on('error', (error) => end({ kind: 'no-end', why: `it could not be started: ${error.message}` }));
      child.on('close', (exitCode, killedBy) => {
        if (why !== null) return;
        if (exitCode === null) end({ kind: 'no-end', why: `it was ended by ${killedBy}` });
        else end({ kind: 'ended', exitCode, said: (said.trim().split('\n').at(-1) ?? '').slice(0, TOLD) });
      });
      void clock.sleep(timeout, AbortSignal.any([over.signal, signal])).then(() => {
        if (over.signal.aborted) return;
        kill(signal.aborted ? 'it was ended: the run is stopping' : `no end within ${timeout / 1000} s`);
      });
    });
}
