import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isCountedLate, STALL_MS, stallsIn } from './note-stalls.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'note-stalls.ts')).href;

/** Runs a script in a process that notes its stalls. @param meanwhile gets the process when the script has written a line */
async function stderrOf(
  script: string,
  meanwhile: (pid: number) => Promise<void> = async () => {},
): Promise<string> {
  const child = spawn(process.execPath, ['--import', PRELOAD, '--eval', script], {
    env: { PATH: process.env.PATH, REFIT_NOTE_STALLS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child.stdout, 'data');
  await meanwhile(child.pid!);
  await ended;
  return stderr;
}

describe('the simulator of a storm notes that it stood still', () => {
  it('when it was busy', async () => {
    const busy = `console.log(''); setTimeout(() => {
      const from = Date.now();
      while (Date.now() < from + 300);
      setTimeout(() => {}, 100);
    }, 100);`;
    const longest = stallsIn(await stderrOf(busy)).map(({ from, to }) => to - from);
    expect(Math.max(...longest)).toBeGreaterThanOrEqual(299);
  });

  it('when it got no processor', async () => {
    const from: number[] = [];
    const stderr = await stderrOf(`console.log(''); setTimeout(() => {}, 1_500);`, async (pid) => {
      process.kill(pid, 'SIGSTOP');
      from.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill(pid, 'SIGCONT');
    });
    expect(isCountedLate(from[0]! + 150, stallsIn(stderr))).toBe(true);
  });

  const AT = 1_796_065_185_779;
  it.each<[string, string, boolean]>([
    ['no stall', '', false],
    ['a stall that ended 900 ms before the call left', `stalled until ${AT - 900} for 130\n`, true],
    ['a stall that ended a second before', `stalled until ${AT - 1_000} for 130\n`, false],
    ['a stall while the call waited', `stalled until ${AT + 40} for 130\n`, true],
    ['a stall that came after the call', `stalled until ${AT + 400} for 130\n`, false],
    ['the second of two stalls', `stalled until 5 for 60\nstalled until ${AT - 5} for ${STALL_MS}\n`, true],
  ])('a refused call is counted late, or not: %s', (_, stderr, isLate) => {
    expect(isCountedLate(AT, stallsIn(stderr))).toBe(isLate);
  });
});
