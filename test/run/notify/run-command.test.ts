// A command gets its input. Refit keeps its output and exit code, and kills everything that outlives its time.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { message, textOf } from '../../../src/messages/messages.ts';
import { createCommandRunner } from '../../../src/run/notify/run-command.ts';

const env = { PATH: process.env.PATH!, GREETING: 'hello' };
interface Given {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly input?: string;
  readonly more?: Readonly<Record<string, string | undefined>>;
}
const run = (
  command: readonly string[],
  {
    signal = new AbortController().signal,
    timeout = 60_000,
    input = '{"event":"halt"}\n',
    more = {},
  }: Given = {},
) =>
  createCommandRunner(
    systemClock,
    { ...env, ...more },
    { allowed: ['GREETING'] },
  )(command, { input, timeout, signal });
const sh = (script: string) => ['/bin/sh', '-c', script];

describe('a command', () => {
  it.each<[string, readonly string[], object]>([
    [
      'reads the facts',
      ['cat'],
      { kind: 'ended', exitCode: 0, output: '{"event":"halt"}\n', lastLine: '{"event":"halt"}' },
    ],
    ['runs without a shell', ['echo', '$GREETING; exit 3'], { exitCode: 0, output: '$GREETING; exit 3\n' }],
    ['gets the variables that are allowed', sh('echo $GREETING'), { output: 'hello\n' }],
    ['ends with its own code', sh('echo no >&2; exit 3'), { kind: 'ended', exitCode: 3, output: 'no\n' }],
    ['returns its last line', sh('echo one; echo two; echo; exit 1'), { exitCode: 1, lastLine: 'two' }],
    ['may write nothing', ['true'], { kind: 'ended', exitCode: 0, output: '', lastLine: '' }],
    ['need not read its input', sh('exec 0<&-; exit 0'), { kind: 'ended', exitCode: 0 }],
    [
      'may be killed',
      sh('kill -9 $$'),
      { kind: 'no-end', reason: message('command.killed', { signal: 'SIGKILL' }) },
    ],
  ])('%s', async (_, command, expected) => {
    expect(await run(command)).toMatchObject(expected);
  });

  it('does not get the keys of the provider', async () => {
    const more = {
      TENCENTCLOUD_SECRET_KEY: 'k',
      TENCENTCLOUD_TOKEN: 't',
      TCCLI_PROFILE: 'p',
      TKE_ROLE_ARN: 'r',
      HOME: undefined,
    };
    const { output } = await run(['env'], { more });
    expect(output.trim().split('\n').sort()).toEqual(['GREETING=hello', `PATH=${env.PATH}`]);
  });

  it.each([[['/nowhere/hook']], [['a\u0000b']], [[]]])(
    'that cannot start is a result, not an exception: %j',
    async (command) => {
      expect(await run(command)).toMatchObject({
        kind: 'no-end',
        reason: { id: 'command.not-started', params: { error: expect.any(String) } },
        output: '',
      });
    },
  );

  it('gets its long output truncated, but keeps its last line', async () => {
    const end = await run(sh('head -c 100000 /dev/zero | tr "\\0" x; echo; echo the end; exit 1'));
    expect(end.output).toBe(`${'x'.repeat(65_536)}\n(34473 bytes more)`);
    expect(end).toMatchObject({ lastLine: 'the end' });
    expect(await run(sh('head -c 100000 /dev/zero | tr "\\0" x'))).toMatchObject({
      lastLine: 'x'.repeat(200),
    });
  });

  it('does not fail if it never reads a large input', async () => {
    expect(await run(['true'], { input: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
  });

  it.each<[string, () => Given, string]>([
    ['when its time is over', () => ({ timeout: 300 }), 'the command did not end within 0.3 s'],
    [
      'when its signal is aborted',
      () => ({ signal: AbortSignal.timeout(300) }),
      'the command was stopped, because the run is over',
    ],
  ])('is killed with its child processes %s, and its output is kept', async (_, given, reason) => {
    const end = await run(sh('sleep 100 & echo $!; wait'), given());
    expect(end.kind === 'no-end' && textOf(end.reason)).toBe(reason);
    const child = Number(end.output);
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('is killed immediately if its signal is already aborted', async () => {
    expect(await run(['sleep', '100'], { signal: AbortSignal.abort() })).toMatchObject({ kind: 'no-end' });
  });

  it('ends together with its background processes', async () => {
    const end = await run(sh('sleep 100 & echo $!'));
    expect(end).toMatchObject({ kind: 'ended', exitCode: 0 });
    await expect.poll(() => isAlive(Number(end.output))).toBe(false);
  });
});

/** True for a running process. A zombie does not count. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return !/^(Z|$)/.test(stdout.trim());
}
