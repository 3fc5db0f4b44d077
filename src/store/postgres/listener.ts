/**
 * One connection that listens to notifications. It connects again by itself, and then says that something may have been
 * missed: a notification is a hint, and the caller looks into the tables anyway.
 */
import type { Clock } from '../../clock.ts';
import { SECOND } from '../../units.ts';

/** A connection for LISTEN only. */
export interface ListenConnection {
  /** @throws when the connection is lost. */
  run(sql: string): Promise<void>;
  onNotification(handler: (channel: string, payload: string) => void): void;
  /** Resolves when the connection is lost. */
  readonly lost: Promise<void>;
  end(): Promise<void>;
}

/** @param payload null: the connection was made, and notifications before that are lost. */
export type OnNotify = (payload: string | null) => void;

/** Ends the listening of one caller. */
export interface Subscription {
  close(): void;
}

export interface Listener {
  /** @param channel small letters and `_`. */
  listen(channel: string, onNotify: OnNotify): Subscription;
  /** Runs a statement on each connection that is made: for what a session holds, such as an advisory lock. */
  keep(sql: string): void;
  /** Ends the connection, and resolves when it is gone. */
  close(): Promise<void>;
}

/** Waits between two tries to connect, milliseconds; the last one repeats. */
const PAUSES = [100, 250, 500, SECOND, 2 * SECOND, 5 * SECOND];
/** A connection that nothing came over is asked this often whether it lives, milliseconds. */
const HEARTBEAT = 10 * SECOND;

/** Connects at the first call. @param connect throws if the server is away; it is called again later. */
export function createListener(connect: () => Promise<ListenConnection>, clock: Clock): Listener {
  const channels = new Map<string, Set<OnNotify>>();
  const kept: string[] = [];
  const stop = new AbortController();
  let current: ListenConnection | null = null;
  let running: Promise<void> | null = null;

  const notify = (channel: string, payload: string | null): void => {
    for (const onNotify of channels.get(channel) ?? []) onNotify(payload);
  };
  const subscribe = async (connection: ListenConnection, channel: string): Promise<void> => {
    await connection.run(`LISTEN ${channel}`);
    notify(channel, null);
  };
  const listenOnce = async (onConnected: () => void): Promise<void> => {
    const connection = await connect();
    const over = new AbortController();
    const end = () => over.abort();
    stop.signal.addEventListener('abort', end);
    connection.lost.then(end);
    try {
      connection.onNotification((channel, payload) => notify(channel, payload));
      for (const sql of kept) await connection.run(sql);
      // Also those that are added during the loop.
      for (const channel of channels.keys()) await subscribe(connection, channel);
      current = connection;
      onConnected();
      while (!over.signal.aborted && !stop.signal.aborted) {
        await clock.sleep(HEARTBEAT, over.signal);
        if (!over.signal.aborted) await connection.run('SELECT 1');
      }
    } finally {
      current = null;
      stop.signal.removeEventListener('abort', end);
      await connection.end().catch(() => undefined);
    }
  };
  const keepListening = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      await listenOnce(() => {
        failures = -1;
      }).catch(() => undefined);
      await clock.sleep(PAUSES[Math.min(Math.max(failures, 0), PAUSES.length - 1)]!, stop.signal);
    }
  };
  return {
    listen(channel, onNotify) {
      if (!/^[a-z_]+$/.test(channel)) throw new Error(`internal error: channel ${channel}`);
      const known = channels.get(channel);
      if (known) known.add(onNotify);
      else channels.set(channel, new Set([onNotify]));
      if (!known && current !== null) subscribe(current, channel).catch(() => undefined);
      running ??= keepListening();
      return { close: () => void channels.get(channel)?.delete(onNotify) };
    },
    keep(sql) {
      kept.push(sql);
      current?.run(sql).catch(() => undefined);
      running ??= keepListening();
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}
