/** A TCP proxy between a process and its database, which cuts connections where a network would. */
import { connect, createServer, type Socket } from 'node:net';

/** What the proxy does with the next statement that contains a text. */
type Cut =
  /** The statement never arrives. */
  | 'before'
  /** The server carries it out, and its answer never arrives. */
  | 'after';

export interface CutProxy {
  /** The URL of the same database through the proxy. */
  readonly url: string;
  /** Cuts once, at the next statement that contains the text. Meanwhile `while` is done before the client notices. */
  cut(where: Cut, text: string, meanwhile?: () => Promise<void>): void;
  /** Refuses connections until `open`, and cuts those there are. */
  close(): void;
  open(): void;
  /** How many times it cut. */
  readonly cuts: number;
  stop(): Promise<void>;
}

/** Starts a proxy before the database of a URL. */
export async function startCutProxy(url: string): Promise<CutProxy> {
  const target = new URL(url);
  const port = Number(target.port);
  const sockets = new Set<Socket>();
  let plan: { where: Cut; text: string; meanwhile: () => Promise<void> } | null = null;
  let cuts = 0;
  let isClosed = false;

  const server = createServer((client) => {
    if (isClosed) return void client.destroy();
    const upstream = connect(port, target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end);
    let isMuted = false;
    client.on('data', (chunk: Buffer) => {
      const now = plan;
      if (now === null || !chunk.includes(now.text)) return void upstream.write(chunk);
      plan = null;
      cuts += 1;
      if (now.where === 'before') return void now.meanwhile().then(end);
      isMuted = true;
      upstream.write(chunk);
      // The answer says that the statement is done.
      upstream.once('data', () => void now.meanwhile().then(end));
    });
    upstream.on('data', (chunk: Buffer) => {
      if (!isMuted) client.write(chunk);
    });
    upstream.on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.port = String((server.address() as { port: number }).port);
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: own.href,
    cut(where, text, meanwhile = async () => undefined) {
      plan = { where, text, meanwhile };
    },
    close() {
      isClosed = true;
      cutAll();
    },
    open() {
      isClosed = false;
    },
    get cuts() {
      return cuts;
    },
    async stop() {
      cutAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
