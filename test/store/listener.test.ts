/** The connection that listens: against connections that break in every way, in virtual time. */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { createListener, type ListenConnection } from '../../src/store/postgres/listener.ts';

/** A connection whose other end the test plays. */
interface Played extends ListenConnection {
  readonly statements: string[];
  notify(channel: string, payload: string): void;
  lose(): void;
  /** From now on statements fail. */
  break(): void;
  readonly isEnded: () => boolean;
}

function play(): Played {
  const statements: string[] = [];
  let [handler, lose]: [(channel: string, payload: string) => void, () => void] = [() => {}, () => {}];
  let isBroken = false;
  let isEnded = false;
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  return {
    statements,
    lost,
    async run(sql) {
      if (isBroken) throw new Error('no answer');
      statements.push(sql);
    },
    onNotification(one) {
      handler = one;
    },
    async end() {
      isEnded = true;
    },
    notify: (channel, payload) => handler(channel, payload),
    lose: () => lose(),
    break: () => {
      isBroken = true;
    },
    isEnded: () => isEnded,
  };
}

/** A listener with its connections, and the times of the tries to connect, milliseconds from the start. */
function stage(isAway: (tries: number) => boolean = () => false) {
  const clock = new VirtualClock();
  const from = clock.monotonic();
  const connections: Played[] = [];
  const tries: number[] = [];
  const heard: (string | null)[] = [];
  const listener = createListener(async () => {
    tries.push(clock.monotonic() - from);
    if (isAway(tries.length)) throw new Error('nothing listens');
    const connection = play();
    connections.push(connection);
    return connection;
  }, clock);
  const listen = (channel = 'refit_test') => listener.listen(channel, (payload) => heard.push(payload));
  /** Lets so much time pass. */
  const pass = (ms: number) => clock.run(() => clock.sleep(ms));
  return { listener, listen, connections, tries, heard, pass };
}

it('says first that something may have been missed, then each notification of its channel', async () => {
  const { listener, listen, connections, heard, pass } = stage();
  listen();
  await pass(1);
  connections[0]!.notify('refit_test', 'a');
  connections[0]!.notify('refit_other', 'b');
  expect(heard).toEqual([null, 'a']);
  expect(connections[0]!.statements).toEqual(['LISTEN refit_test']);
  listener.close();
  await pass(1);
  expect(connections[0]!.isEnded()).toBe(true);
});

it('connects again when the connection is lost, and says so', async () => {
  const { listener, listen, connections, heard, pass } = stage();
  listen();
  await pass(1);
  connections[0]!.lose();
  await pass(1_000);
  expect(connections).toHaveLength(2);
  connections[1]!.notify('refit_test', 'after');
  expect(heard).toEqual([null, null, 'after']);
  listener.close();
  await pass(1);
});

it('notices a connection that is dead without a word, by a statement every 10 s', async () => {
  const { listener, listen, connections, heard, pass } = stage();
  listen();
  await pass(25_000);
  expect(connections[0]!.statements).toEqual(['LISTEN refit_test', 'SELECT 1', 'SELECT 1']);
  connections[0]!.break();
  await pass(11_000);
  expect(connections[0]!.isEnded()).toBe(true);
  expect(heard).toEqual([null, null]);
  listener.close();
  await pass(1);
});

it('waits longer and longer while the server is away, 5 s at most, and starts again at 100 ms', async () => {
  const { listener, listen, connections, tries, pass } = stage((count) => count <= 8 || count === 10);
  listen();
  await pass(25_000);
  const pauses = tries.map((at, n) => at - (tries[n - 1] ?? 0)).slice(1);
  expect(pauses).toEqual([100, 250, 500, 1_000, 2_000, 5_000, 5_000, 5_000]);
  connections[0]!.lose();
  await pass(300);
  expect(tries.length).toBe(11);
  listener.close();
  await pass(5_000);
});

it('listens to a channel that comes later on the same connection, and to no other after close', async () => {
  const { listener, listen, connections, heard, pass } = stage();
  const first = listen();
  await pass(1);
  listen('refit_later');
  await pass(1);
  expect(connections).toHaveLength(1);
  expect(connections[0]!.statements).toEqual(['LISTEN refit_test', 'LISTEN refit_later']);
  first.close();
  connections[0]!.notify('refit_test', 'unheard');
  connections[0]!.notify('refit_later', 'heard');
  expect(heard).toEqual([null, null, 'heard']);
  listener.close();
  await pass(1);
});

it('ends while it waits for the server, without another try', async () => {
  const { listener, listen, tries, pass } = stage(() => true);
  listen();
  await pass(3_000);
  const before = tries.length;
  const closed = listener.close();
  await pass(60_000);
  await closed;
  expect(tries.length).toBe(before);
});

it('takes what its session holds again after each loss, before it listens', async () => {
  const { listener, listen, connections, pass } = stage();
  listener.keep('SELECT lock');
  listen();
  await pass(1);
  connections[0]!.lose();
  await pass(1_000);
  expect(connections.map(({ statements }) => statements)).toEqual([
    ['SELECT lock', 'LISTEN refit_test'],
    ['SELECT lock', 'LISTEN refit_test'],
  ]);
});
