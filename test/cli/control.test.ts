/** Controls a live run from another shell. Each command and the run are processes; a control socket connects them. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import { atSocketPath } from '../../src/store/folder/socket-path.ts';
import {
  type Desk,
  desk,
  type Ended,
  filesIn,
  growPlan,
  plainFleet,
  type Running,
  struckBy,
  until,
  whileFrozen,
} from './refit.ts';

/** Slow enough for control commands during the run. */
const STEADY = ['--start-lag', '20ms..100ms', '--duration', '700ms..900ms', '--lock-tail', '100ms..200ms'];
const EXECUTION = 'execution: { inFlight: 2, requestsPerSecond: 20, patience: 2s }';

interface Scene {
  readonly desk: Desk;
  /** The run directory, relative to the folder of the desk. */
  readonly run: string;
  readonly applying: Running;
  /** `refit COMMAND RUN ...` */
  send(command: string, ...more: string[]): Promise<Ended>;
  entries<K extends JournalEntry['kind']>(kind: K): Promise<Extract<JournalEntry, { kind: K }>[]>;
}

/** Starts a run, and waits until its first order is accepted. */
async function startedRun(
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
    send: (command, ...more) => {
      const args = [command, run, ...more];
      // Through a link, the kernel lists no path that identifies the socket.
      return run === 'run' ? sendWhileFrozen(applying, at, args) : at.refit(args);
    },
  };
}

/** Sends a command to a run that is frozen until the command has connected to its socket, or has ended. */
async function sendWhileFrozen(applying: Running, at: Desk, args: readonly string[]): Promise<Ended> {
  let over = false;
  const sending = at.start(args);
  const ended = sending.ended.finally(() => {
    over = true;
  });
  const before = await connectedTo(at.folder);
  await whileFrozen(applying, () =>
    until('the command has connected', async () => over || (await connectedTo(at.folder)) > before),
  );
  return ended;
}

/** Counts connections to the control sockets below this folder, as the kernel lists them. */
async function connectedTo(folder: string): Promise<number> {
  const listed = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  const LISTENS = '01';
  return listed.split('\n').filter((line) => line.includes(folder) && line.split(' ')[5] !== LISTENS).length;
}

const facts = async (scene: Scene) => JSON.parse((await scene.send('status', '--json')).stdout);

describe('a live run', () => {
  it('pauses, shows its waits, continues and verifies; the journal records everything', async (context) => {
    const scene = await startedRun(context);
    expect(await scene.send('pause')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^accepted: paused: no new order starts, .* in progress\); without continue, the run drains after 24 hours\n$/,
      ),
      stderr: expect.stringContaining(`refit continue run`),
    });
    expect(await scene.send('pause')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^refused: already paused, since 20.* by \S+@\S+\n$/),
      stderr: expect.stringContaining('fix: refit status run'),
    });
    const intents = (await scene.entries('intent')).length;
    await until('nothing is in progress', async () => (await facts(scene)).inProgress.length === 0);
    expect((await scene.entries('intent')).length).toBe(intents);
    const { status, live, next } = await facts(scene);
    expect(status).toMatch(/^paused since 20.* by /);
    expect(live.waits).toEqual([{ name: 'paused', step: null, since: live.paused.since, limit: 86_400_000 }]);
    expect(next).toMatch(/^refit continue /);
    const shown = (await scene.send('status')).stdout;
    expect(shown).toMatch(/waiting {2}paused since 20[^(]+ \([^)]+\), at most 1 d/);
    expect(shown).toMatch(/slots {4}0 of 2 in use/);

    expect(await scene.send('continue', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^\{"accepted":true,"message":"continued: the run was paused since .*"\}\n$/,
      ),
    });
    expect((await scene.send('continue')).code).toBe(5);
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
      (await scene.send('audit', 'verify').then(() => scene.desk.refit(['audit', 'verify', 'run']))).code,
    ).toBe(0);
    for (const [format, pattern] of [
      ['text', /Control commands\n.*\n.* pause +accepted\n +paused: no new order/],
      ['markdown', /pause/],
      ['html', /pause/],
    ] as const)
      expect((await scene.desk.refit(['report', 'run', '--format', format])).stdout).toMatch(pattern);
  });

  it('accepts lower limits, and refuses limits above the approved ones', async (context) => {
    const scene = await startedRun(context);
    // Paused, so that it is alive for the last command.
    expect((await scene.send('pause')).code).toBe(0);
    expect((await scene.send('set', 'inFlight=1')).stdout).toMatch(
      /^accepted: inFlight is now 1, it was 2 \(/,
    );
    expect((await scene.send('set', 'requestsPerSecond', '5')).stdout).toMatch(
      /^accepted: requestsPerSecond is now 5/,
    );
    expect((await facts(scene)).live).toMatchObject({
      inFlight: { now: 1, approved: 2 },
      requestsPerSecond: { now: 5, approved: 20 },
    });
    expect(await scene.send('set', 'inFlight=3')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(
        /^refused: above the approved value: the plan says inFlight 2; .* refit plan PLAN -o SAVED\n$/,
      ),
    });
    expect((await scene.send('set', 'inFlight=0')).code).toBe(5);
    for (const wrong of [['inFlight'], ['inFlight=many'], ['places=3'], ['inFlight', '1', '2']])
      expect((await scene.send('set', ...wrong)).code).toBe(64);
    // A refused setting does not stop the next one.
    const both = await scene.send('set', 'inFlight=99', 'requestsPerSecond=6');
    expect(both).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^refused: .*\naccepted: .*6.*\n$/),
    });
    expect((await scene.send('set', 'inFlight=2', 'requestsPerSecond=20')).code).toBe(0);
    expect((await scene.send('continue')).code).toBe(0);
    expect((await scene.applying.ended).code).toBe(0);
  });

  it('drains: follows orders in flight, exits 143, and resumes with the printed command', async (context) => {
    const scene = await startedRun(context);
    expect((await scene.send('drain')).stdout).toMatch(/^accepted: draining: /);
    const again = await scene.send('drain');
    expect(again.stdout + again.stderr).toMatch(/the run is already stopping|no process|has ended/);
    const { code, stdout } = await scene.applying.ended;
    expect(code).toBe(143);
    expect(stdout).toMatch(/drained by /);
    const report = await scene.desk.report();
    expect(report.totals.unknown).toBe(0);
    expect(report.totals['not-run']).toBeGreaterThan(0);

    const gone = await scene.send('pause');
    expect(gone.code).toBe(64);
    const fix = /fix: (refit apply \S+ --run-dir \S+ --endpoint \S+) {3}resumes the run/.exec(
      gone.stderr,
    )![1]!;
    const resumed = await scene.desk.refit([...fix.split(' ').slice(1), '--auto-approve']);
    expect(resumed.code).toBe(0);
    const ended = await scene.send('pause');
    expect(ended).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/the run has ended\n {2}fix: refit report /),
    });
    const orders = Object.values((await scene.desk.simulator.counts()).orders);
    expect(orders).toEqual(Array(6).fill(1));
  });

  it('aborts immediately with a sound journal, and resumes with the same command', async (context) => {
    const scene = await startedRun(context);
    expect((await scene.send('abort')).stdout).toMatch(/^accepted: aborting: the process exits immediately /);
    expect((await scene.applying.ended).code).toBe(143);
    expect((await scene.entries('run-ended')).length).toBe(0);
    expect((await scene.desk.refit(['audit', 'verify', 'run'])).code).toBe(0);
    expect((await scene.desk.refit(['apply', 'saved.json', '--run-dir', 'run'])).code).toBe(0);
    expect(Object.values((await scene.desk.simulator.counts()).orders)).toEqual(Array(6).fill(1));
  });

  it('shows in status that it was killed while paused, and resumes with apply', async (context) => {
    const scene = await startedRun(context);
    await scene.send('pause');
    scene.applying.kill('SIGKILL');
    await scene.applying.ended;
    // Its socket still exists, and no process listens.
    expect(await filesIn(join(scene.desk.folder, 'run'))).toContain('control.sock');
    expect((await scene.send('continue')).code).toBe(64);
    const shown = (await scene.send('status')).stdout;
    expect(shown).toMatch(/paused {3}by \S+ at 20.*, until its process ended\n[\s\S]*next: refit apply /);
    expect((await scene.desk.refit(['apply', 'saved.json', '--run-dir', 'run'])).code).toBe(0);
    expect(await filesIn(join(scene.desk.folder, 'run'))).not.toContain('control.sock');
  });
});

describe('the control socket', () => {
  it('belongs to the user only, and is gone when the run has ended', async (context) => {
    const scene = await startedRun(context, { count: 4 });
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

  it('works in a run directory whose path is longer than a socket address', async (context) => {
    const run = join(...Array.from({ length: 12 }, (_, n) => `a-folder-with-a-long-name-${n}`), 'run');
    const scene = await startedRun(context, { run, count: 12 });
    expect(Buffer.byteLength(join(scene.desk.folder, run))).toBeGreaterThan(300);
    expect((await scene.send('pause')).code).toBe(0);
    expect((await facts(scene)).live.paused).not.toBeNull();
    expect((await scene.send('continue')).code).toBe(0);
    expect((await scene.applying.ended).code).toBe(0);
    expect(await filesIn(join(scene.desk.folder, run))).not.toContain('control.sock');
  });

  it('answers invalid requests, ignores silent clients, and does not disturb the run', async (context) => {
    const scene = await startedRun(context);
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
    // One client connects and sends nothing; another disconnects in the middle of a request.
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
      '{"kind":"command"}',
      `{"kind":"command",${by},"command":{"kind":"fly"}}`,
      `{"kind":"command",${by},"command":{"kind":"set","setting":"waves","value":1}}`,
      `{"kind":"command",${by},"command":{"kind":"set","setting":"inFlight","value":"1"}}`,
      '{"kind":"command","command":{"kind":"drain"}}',
      '{"kind":"command","by":{"user":"","host":"b","pid":1},"command":{"kind":"drain"}}',
      `{"kind":"command","by":{"user":"${'u'.repeat(300)}","host":"b","pid":1},"command":{"kind":"drain"}}`,
      '\u0000\u001b[2J',
    ])
      expect(await say(`${line}\n`)).toMatch(
        /^\{"accepted":false,"message":"request not understood: .*","messageId":"control\.request-[a-z-]+",.*\}\n$/,
      );
    await say('x'.repeat(1_000_000));
    expect(
      await say(`{"kind":"command",${by},"command":{"kind":"set","setting":"inFlight","value":1e99}}\n`),
    ).toMatch(/above the approved value/);
    expect((await scene.applying.ended).code).toBe(0);
    mute.destroy();
    expect(
      (await scene.entries('control-command')).map(({ command, accepted }) => [command, accepted]),
    ).toEqual([['set inFlight', false]]);
    expect((await scene.desk.report()).totals.verified).toBe(6);
  });

  it('is optional: if Refit cannot create it, it warns once and the run continues', async (context) => {
    const at = await desk(context, { simulator: STEADY, fleet: plainFleet(2) });
    await at.write('plan.yaml', growPlan());
    await at.refit(['plan', 'plan.yaml', '-o', 'saved.json', '-q']);
    // A run directory with another file is refused, so the run has to be there first.
    const dies = { kind: 'run-started', at: 'durable', effect: 'die' } as const;
    const apply = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
    expect((await at.refit(apply, { env: struckBy({ strikes: [dies] }) })).code).toBe(null);
    await rm(join(at.folder, 'run', 'control.sock'), { force: true });
    await mkdir(join(at.folder, 'run', 'control.sock'), { mode: 0o700 });
    await writeFile(join(at.folder, 'run', 'control.sock', 'mine'), 'keep');
    const { code, stderr } = await at.refit(apply);
    expect(code, stderr).toBe(0);
    expect(stderr.match(/no control socket/g)).toHaveLength(1);
    expect(await readFile(join(at.folder, 'run', 'control.sock', 'mine'), 'utf8')).toBe('keep');
  });
});

describe('SIGUSR1', () => {
  it.for([
    ['as progress goes on', []],
    ['where nothing else is printed', ['-q']],
  ] as const)(
    'prints one line of how it goes on, opens no debugger, and changes nothing (%s)',
    async ([, flags], context) => {
      const scene = await startedRun(context, { flags: [...flags] });
      const before = scene.applying.stderr().length;
      scene.applying.kill('SIGUSR1');
      await until('a line appears', () => /in progress/.test(scene.applying.stderr().slice(before)));
      expect(scene.applying.stderr()).toMatch(/\d+ of 6 ended · .*in progress · .*orders\/s/);
      expect(scene.applying.stderr()).not.toMatch(/debugger/i);
      expect((await scene.applying.ended).code).toBe(0);
    },
  );
});

describe('an invalid control command', () => {
  it.for([
    ['to what is no run', ['pause', 'nowhere'], /nowhere is not a run directory/],
    ['without a setting', ['set', 'run'], /missing required argument/],
    ['in a format there is none of', ['pause', 'run', '--format', 'csv'], /no format "csv"/],
  ] as const)('is a usage error: %s', async ([, args, says], context) => {
    const at = await desk(context, { simulator: null });
    const { code, stderr } = await at.refit(args);
    expect(code).toBe(64);
    expect(stderr).toMatch(says);
  });
});
