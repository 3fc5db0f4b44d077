/** Steering a live run from another shell: each command a process, the run another, its control socket between them. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import { atSocketPath } from '../../src/run/control/socket-path.ts';
import {
  type Desk,
  desk,
  type Ended,
  filesIn,
  growPlan,
  plainFleet,
  type Running,
  until,
  whileFrozen,
} from './refit.ts';

/** Slow enough to be told something in its middle. */
const STEADY = ['--start-lag', '20ms..100ms', '--duration', '700ms..900ms', '--lock-tail', '100ms..200ms'];
const EXECUTION = 'execution: { inFlight: 2, requestsPerSecond: 20, patience: 2s }';

interface Scene {
  readonly desk: Desk;
  /** The run directory, as the desk's folder has it. */
  readonly run: string;
  readonly applying: Running;
  /** `refit COMMAND RUN ...` */
  tell(command: string, ...more: string[]): Promise<Ended>;
  entries<K extends JournalEntry['kind']>(kind: K): Promise<Extract<JournalEntry, { kind: K }>[]>;
}

/** A run under way: its first orders are accepted. */
async function underWay(
  context: Pick<TestContext, 'onTestFinished'>,
  { run = 'run', count = 6, flags = [] as string[] } = {},
): Promise<Scene> {
  const at = await desk(context, { simulator: STEADY, fleet: plainFleet(count) });
  await at.write('plan.yaml', growPlan([EXECUTION]));
  expect((await at.refit(['plan', 'plan.yaml', '-o', 'saved.json', '-q'])).code).toBe(0);
  const applying = at.start(['apply', 'saved.json', '--auto-approve', '--run-dir', run, ...flags]);
  const entries: Scene['entries'] = async (kind) =>
    (await at.journal(run)).filter((entry) => entry.kind === kind) as never;
  await until('an order is accepted', async () => (await entries('accepted')).length > 0);
  return {
    desk: at,
    run,
    applying,
    entries,
    tell: (command, ...more) => {
      const args = [command, run, ...more];
      // Through a link the kernel lists no path that could be told apart.
      return run === 'run' ? heard(applying, at, args) : at.refit(args);
    },
  };
}

/** Tells the run something. It is frozen until whoever tells it has come to its socket, or has ended without. */
async function heard(applying: Running, at: Desk, args: readonly string[]): Promise<Ended> {
  let over = false;
  const telling = at.start(args);
  const ended = telling.ended.finally(() => {
    over = true;
  });
  const before = await connectedTo(at.folder);
  await whileFrozen(applying, () =>
    until('it is told', async () => over || (await connectedTo(at.folder)) > before, 120_000),
  );
  return ended;
}

/** Connections, taken or not, to the control sockets below this folder, as the kernel lists them. */
async function connectedTo(folder: string): Promise<number> {
  const listed = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  const LISTENS = '01';
  return listed.split('\n').filter((line) => line.includes(folder) && line.split(' ')[5] !== LISTENS).length;
}

const facts = async (scene: Scene) => JSON.parse((await scene.tell('status', '--json')).stdout);

describe('a live run', () => {
  it('is paused, says so with its waits, is told to continue, and is verified; all of it on record', async (context) => {
    const scene = await underWay(context);
    expect(await scene.tell('pause')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^accepted: paused: no new order starts, .* in progress\); without continue, the run drains after 24 hours/,
      ),
      stderr: expect.stringContaining(`refit continue run`),
    });
    expect(await scene.tell('pause')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^refused: already paused, since 20.* by \S+@\S+\n$/),
      stderr: expect.stringContaining('fix: refit status run'),
    });
    const intents = (await scene.entries('intent')).length;
    await until('nothing is under way', async () => (await facts(scene)).underWay.length === 0);
    expect((await scene.entries('intent')).length).toBe(intents);
    const { standing, live, next } = await facts(scene);
    expect(standing).toMatch(/^paused since 20.* by /);
    expect(live.waits).toEqual([{ name: 'paused', step: null, since: live.paused.since, limit: 86_400_000 }]);
    expect(next).toMatch(/^refit continue /);
    const shown = (await scene.tell('status')).stdout;
    expect(shown).toMatch(/waiting {2}paused since 20\S+ \([^)]+\), at most 1 d/);
    expect(shown).toMatch(/places {3}0 of 2 taken/);

    expect(await scene.tell('continue', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^\{"accepted":true,"what":"continued: the run was paused since .*"\}\n$/,
      ),
    });
    expect((await scene.tell('continue')).code).toBe(5);
    expect((await scene.applying.ended).code).toBe(0);
    expect(
      (await scene.entries('control-command')).map(({ command, accepted }) => [command, accepted]),
    ).toEqual([
      ['pause', true],
      ['pause', false],
      ['continue', true],
      ['continue', false],
    ]);
    const [{ by }] = (await scene.entries('control-command')) as [
      Extract<JournalEntry, { kind: 'control-command' }>,
    ];
    const [began] = await scene.entries('run-started');
    expect(by).toMatchObject({ user: began!.by.user, host: began!.by.host });
    expect(by.pid).not.toBe(began!.by.pid);
    expect(
      (await scene.tell('audit', 'verify').then(() => scene.desk.refit(['audit', 'verify', 'run']))).code,
    ).toBe(0);
    for (const [format, pattern] of [
      ['text', /Commands to the run\n.*\n.* pause +accepted\n +paused: no new order/],
      ['markdown', /pause/],
      ['html', /pause/],
    ] as const)
      expect((await scene.desk.refit(['report', 'run', '--format', format])).stdout).toMatch(pattern);
  });

  it('is told to go slower, never beyond what was approved', async (context) => {
    const scene = await underWay(context);
    // So that it is still there when the last of these is said.
    expect((await scene.tell('pause')).code).toBe(0);
    expect((await scene.tell('set', 'inFlight=1')).stdout).toMatch(
      /^accepted: inFlight is 1 now, it was 2; /,
    );
    expect((await scene.tell('set', 'requestsPerSecond', '5')).stdout).toMatch(
      /^accepted: requestsPerSecond is 5 now/,
    );
    expect((await facts(scene)).live).toMatchObject({
      inFlight: { now: 1, approved: 2 },
      requestsPerSecond: { now: 5, approved: 20 },
    });
    expect(await scene.tell('set', 'inFlight=3')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(
        /^refused: above what was approved: the plan says inFlight 2; .* refit plan PLAN -o SAVED\n$/,
      ),
    });
    expect((await scene.tell('set', 'inFlight=0')).code).toBe(5);
    for (const wrong of [['inFlight'], ['inFlight=many'], ['places=3'], ['inFlight', '1', '2']])
      expect((await scene.tell('set', ...wrong)).code).toBe(64);
    expect((await scene.tell('set', 'inFlight=2')).code).toBe(0);
    expect((await scene.tell('set', 'requestsPerSecond=20')).code).toBe(0);
    expect((await scene.tell('continue')).code).toBe(0);
    expect((await scene.applying.ended).code).toBe(0);
  });

  it('is drained by command: what is under way is followed, it exits 143, and the command it names goes on', async (context) => {
    const scene = await underWay(context);
    expect((await scene.tell('drain')).stdout).toMatch(/^accepted: draining: /);
    const again = await scene.tell('drain');
    expect(again.stdout + again.stderr).toMatch(/the run is stopping already|no process|has ended/);
    const { code, stdout } = await scene.applying.ended;
    expect(code).toBe(143);
    expect(stdout).toMatch(/drained by /);
    const report = await scene.desk.report();
    expect(report.totals.unknown).toBe(0);
    expect(report.totals['not-run']).toBeGreaterThan(0);

    const gone = await scene.tell('pause');
    expect(gone.code).toBe(64);
    const fix = /fix: (refit apply \S+ --run-dir \S+ --endpoint \S+) {3}takes it up again/.exec(
      gone.stderr,
    )![1]!;
    const resumed = await scene.desk.refit([...fix.split(' ').slice(1), '--auto-approve']);
    expect(resumed.code).toBe(0);
    const ended = await scene.tell('pause');
    expect(ended).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/the run has ended\n {2}fix: refit report /),
    });
    const orders = Object.values((await scene.desk.simulator.counts()).orders);
    expect(orders).toEqual(Array(6).fill(1));
  });

  it('is aborted: it leaves at once with a whole journal, and the same command goes on', async (context) => {
    const scene = await underWay(context);
    expect((await scene.tell('abort')).stdout).toMatch(/^accepted: leaving at once, /);
    expect((await scene.applying.ended).code).toBe(143);
    expect((await scene.entries('run-ended')).length).toBe(0);
    expect((await scene.desk.refit(['audit', 'verify', 'run'])).code).toBe(0);
    expect((await scene.desk.refit(['apply', 'saved.json', '--run-dir', 'run'])).code).toBe(0);
    expect(Object.values((await scene.desk.simulator.counts()).orders)).toEqual(Array(6).fill(1));
  });

  it('that was killed while paused is told of as such, and goes on when it is applied again', async (context) => {
    const scene = await underWay(context);
    await scene.tell('pause');
    scene.applying.kill('SIGKILL');
    await scene.applying.ended;
    // Its socket is still there, and nobody listens.
    expect(await filesIn(join(scene.desk.folder, 'run'))).toContain('control.sock');
    expect((await scene.tell('continue')).code).toBe(64);
    const shown = (await scene.tell('status')).stdout;
    expect(shown).toMatch(/paused {3}by \S+ at 20\S+, until its process ended: apply goes on/);
    expect((await scene.desk.refit(['apply', 'saved.json', '--run-dir', 'run'])).code).toBe(0);
    expect(await filesIn(join(scene.desk.folder, 'run'))).not.toContain('control.sock');
  });
});

describe('the control socket', () => {
  it("is the user's alone, and is gone when the run has ended", async (context) => {
    const scene = await underWay(context, { count: 4 });
    const { mode } = await stat(join(scene.desk.folder, 'run', 'control.sock'));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(join(scene.desk.folder, 'run'))).mode & 0o777).toBe(0o700);
    expect((await scene.applying.ended).code).toBe(0);
    expect(await filesIn(join(scene.desk.folder, 'run'))).toEqual([
      'journal.jsonl',
      'plan.json',
      'report.html',
      'report.json',
    ]);
  });

  it('works in a run directory that lies deeper than an address is long', async (context) => {
    const run = join(...Array.from({ length: 12 }, (_, n) => `a-folder-with-a-long-name-${n}`), 'run');
    const scene = await underWay(context, { run, count: 12 });
    expect(Buffer.byteLength(join(scene.desk.folder, run))).toBeGreaterThan(300);
    expect((await scene.tell('pause')).code).toBe(0);
    expect((await facts(scene)).live.paused).not.toBeNull();
    expect((await scene.tell('continue')).code).toBe(0);
    expect((await scene.applying.ended).code).toBe(0);
    expect(await filesIn(join(scene.desk.folder, run))).not.toContain('control.sock');
  });

  it('answers what it does not understand, says nothing to who says nothing, and the run goes on as before', async (context) => {
    const scene = await underWay(context);
    const folder = join(scene.desk.folder, 'run');
    const say = (text: string) =>
      atSocketPath(
        folder,
        (path) =>
          new Promise<string>((resolve) => {
            let heard = '';
            const socket = connect(path);
            socket.on('data', (chunk) => {
              heard += String(chunk);
            });
            socket.on('error', () => undefined);
            socket.on('close', () => resolve(heard));
            socket.write(text);
          }),
      );
    // Somebody connects and says nothing, and somebody goes away in the middle of a word.
    const mute = await atSocketPath(folder, async (path) => connect(path));
    mute.on('error', () => undefined);
    await atSocketPath(folder, async (path) =>
      connect(path)
        .on('error', () => undefined)
        .end('{"kind'),
    );
    const by = '"by":{"user":"a","host":"b","pid":1}';
    for (const line of [
      'hello',
      '[]',
      'null',
      '{}',
      '{"kind":"steer"}',
      `{"kind":"steer",${by},"command":{"kind":"fly"}}`,
      `{"kind":"steer",${by},"command":{"kind":"set","setting":"waves","value":1}}`,
      `{"kind":"steer",${by},"command":{"kind":"set","setting":"inFlight","value":"1"}}`,
      '{"kind":"steer","command":{"kind":"drain"}}',
      '{"kind":"steer","by":{"user":"","host":"b","pid":1},"command":{"kind":"drain"}}',
      `{"kind":"steer","by":{"user":"${'u'.repeat(300)}","host":"b","pid":1},"command":{"kind":"drain"}}`,
      '\u0000\u001b[2J',
    ])
      expect(await say(`${line}\n`)).toMatch(/^\{"accepted":false,"what":"not understood: .*"\}\n$/);
    await say('x'.repeat(1_000_000));
    expect(
      await say(`{"kind":"steer",${by},"command":{"kind":"set","setting":"inFlight","value":1e99}}\n`),
    ).toMatch(/above what was approved/);
    expect((await scene.applying.ended).code).toBe(0);
    mute.destroy();
    expect(
      (await scene.entries('control-command')).map(({ command, accepted }) => [command, accepted]),
    ).toEqual([['set inFlight', false]]);
    expect((await scene.desk.report()).totals.verified).toBe(6);
  });

  it('that cannot be made is told of once, and the run goes on without', async (context) => {
    const at = await desk(context, { simulator: STEADY, fleet: plainFleet(2) });
    await at.write('plan.yaml', growPlan());
    await at.refit(['plan', 'plan.yaml', '-o', 'saved.json', '-q']);
    await mkdir(join(at.folder, 'run', 'control.sock'), { recursive: true, mode: 0o700 });
    await writeFile(join(at.folder, 'run', 'control.sock', 'mine'), 'keep');
    const { code, stderr } = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
    expect(code).toBe(0);
    expect(stderr.match(/no control socket/g)).toHaveLength(1);
    expect(await readFile(join(at.folder, 'run', 'control.sock', 'mine'), 'utf8')).toBe('keep');
  });
});

describe('SIGUSR1', () => {
  it.for([
    ['as progress goes on', []],
    ['where nothing else is told', ['-q']],
  ] as const)(
    'prints one line of how it goes on, opens no debugger, and changes nothing (%s)',
    async ([, flags], context) => {
      const scene = await underWay(context, { flags: [...flags] });
      const before = scene.applying.stderr().length;
      scene.applying.kill('SIGUSR1');
      await until('a line comes', () => /under way/.test(scene.applying.stderr().slice(before)));
      expect(scene.applying.stderr()).toMatch(/\d+ of 6 ended · .*under way · .*orders\/s/);
      expect(scene.applying.stderr()).not.toMatch(/debugger/i);
      expect((await scene.applying.ended).code).toBe(0);
    },
  );
});

describe('a command that cannot be given', () => {
  it.for([
    ['to what is no run', ['pause', 'nowhere'], /nowhere is no run directory/],
    ['without a setting', ['set', 'run'], /missing required argument/],
    ['in a format there is none of', ['pause', 'run', '--format', 'csv'], /no format "csv"/],
  ] as const)('is wrong usage: %s', async ([, args, says], context) => {
    const at = await desk(context, { simulator: null });
    const { code, stderr } = await at.refit(args);
    expect(code).toBe(64);
    expect(stderr).toMatch(says);
  });
});
