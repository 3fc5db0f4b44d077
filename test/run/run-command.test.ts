// Goal: a command gets its input, its output and exit code are kept, and nothing of it outlives its time.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/run/run-command.ts';

const env = { PATH: process.env.PATH!, GREETING: 'hello' };
const run = (
  command: readonly string[],
  signal = new AbortController().signal,
  input = '{"event":"halt"}\n',
) => runCommand(command, { input, env, signal });
const sh = (script: string) => ['/bin/sh', '-c', script];

describe('a command', () => {
  it.each<[string, readonly string[], object]>([
    ['reads the facts', ['cat'], { exitCode: 0, output: '{"event":"halt"}\n', failure: null }],
    ['is no shell', ['echo', '$GREETING; exit 3'], { exitCode: 0, output: '$GREETING; exit 3\n' }],
    ['has the environment that it is given', sh('echo $GREETING'), { output: 'hello\n' }],
    ['ends with its own code', sh('echo no >&2; exit 3'), { exitCode: 3, output: 'no\n', failure: null }],
    ['need not read', sh('exec 0<&-; exit 0'), { exitCode: 0 }],
    ['may be killed', sh('kill -9 $$'), { exitCode: null, failure: null }],
  ])('%s', async (_, command, expected) => {
    expect(await run(command)).toMatchObject(expected);
  });

  it('that is not there is told, and nothing is thrown', async () => {
    expect(await run(['/nowhere/hook'])).toMatchObject({
      exitCode: null,
      failure: expect.stringContaining('ENOENT'),
    });
    expect((await run(['a\u0000b'])).failure).not.toBeNull();
  });

  it('has its output cut where it is too long', async () => {
    const { output } = await run(sh('head -c 100000 /dev/zero | tr "\\0" x'));
    expect(output).toBe(`${'x'.repeat(65_536)}\n(34464 bytes more)`);
  });

  it('does not take a great input for a fault that it never reads', async () => {
    expect(await run(['true'], undefined, 'x'.repeat(1_000_000))).toMatchObject({
      exitCode: 0,
      failure: null,
    });
  });

  it('is killed with what it started when its time is over, and what it said is kept', async () => {
    const over = new AbortController();
    const began = run(sh('sleep 100 & echo $!; wait'), over.signal);
    setTimeout(() => over.abort(), 300);
    const { exitCode, output } = await began;
    expect(exitCode).toBeNull();
    const child = Number(output);
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('takes what it left in the background with it', async () => {
    const { exitCode, output } = await run(sh('sleep 100 & echo $!'));
    expect(exitCode).toBe(0);
    await expect.poll(() => isAlive(Number(output))).toBe(false);
  });
});

/** A process that is dead and that nobody has waited for yet is no more alive. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return !/^(Z|$)/.test(stdout.trim());
}
