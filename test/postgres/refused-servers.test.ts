/** Servers that a store must not be on: one that is too old, and one that only repeats another. */
import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startPostgres, urlOf } from './server.ts';
import { connectTo, withPostgres } from './shared.ts';

let stand: Server | null = null;
afterEach(async () => {
  await new Promise<void>((resolve) => (stand ? stand.close(() => resolve()) : resolve()));
  stand = null;
});

/** One message of the protocol: its letter, its length, its content. */
function message(letter: string, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(letter), length, content]);
}

const int16 = (n: number) => Buffer.from([n >> 8, n & 255]);
const int32 = (n: number) => Buffer.from([n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]);

/** A server that lets everybody in, and answers each statement with one row of two columns. */
async function startFake(version: string, standby: 't' | 'f'): Promise<string> {
  const column = (name: string, type: number) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), int16(4), int32(-1), int16(0)]);
  const value = (text: string) => Buffer.concat([int32(text.length), Buffer.from(text)]);
  const ready = message('Z', 'I');
  const row = Buffer.concat([
    ...[message('1'), message('2')],
    message('T', int16(2), column('version', 23), column('standby', 16)),
    message('D', int16(2), value(version), value(standby)),
    ...[message('C', 'SELECT 1\0'), ready],
  ]);
  stand = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int32(0)), ready]));
      socket.on('data', (bytes: Buffer) => {
        // A statement with values ends with Sync.
        if (bytes.includes('S\0\0\0\x04')) socket.write(row);
      });
    });
  });
  await new Promise<void>((resolve) => stand!.listen(0, '127.0.0.1', resolve));
  return `postgres://refit@127.0.0.1:${(stand.address() as { port: number }).port}/refit`;
}

it.each([
  ['a server of version 12', '120022', 'f', 'its server is PostgreSQL 12, and Refit needs 13 or newer'],
  ['a standby', '150018', 't', 'its server is a standby, which accepts no changes'],
] as const)('%s is refused', async (_, version, standby, reason) => {
  await expect(connectTo(await startFake(version, standby))).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringContaining(reason),
  });
});

withPostgres('a server that accepts no changes', () => {
  it('says so with its reason', async () => {
    const server = await startPostgres({ settings: { default_transaction_read_only: 'on' } });
    try {
      const database = await connectTo(urlOf(server, 'postgres'));
      await expect(database.script('CREATE TABLE public.t (n int)')).rejects.toMatchObject({
        code: 'store-unreachable',
        message: expect.stringContaining('the server is read-only'),
        fix: 'use the name of the primary',
      });
      await database.close();
    } finally {
      await server.stop();
    }
  });
});
