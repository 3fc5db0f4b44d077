/** Hostile answers of a real server, each by its name. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

const head = (more = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${more}\r\n`;
const whole = (body: string | Buffer, more = '', status?: string): Buffer => {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from(head(`Content-Length: ${bytes.length}\r\n${more}`, status)), bytes]);
};
const OK = '{"Response":{"DealName":"20260105000000000000001","RequestId":"r"}}';
const list = (unit: string, bytes: number) =>
  `{"Response":{"a":[${`${unit},`.repeat(bytes / (unit.length + 1))}0]}}`;

/** Writes the same bytes until the client is gone. */
function forever(socket: Socket, bytes: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(bytes)) {
      // The buffer of the socket is not full yet.
    }
    socket.once('drain', more);
  };
  more();
}

export const ATTACKS: Readonly<Record<string, (socket: Socket) => void>> = {
  'an endless body': (socket) => {
    socket.write(head('Transfer-Encoding: chunked\r\n'));
    forever(socket, Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`));
  },
  'an endless body of one-byte chunks': (socket) => {
    socket.write(head('Transfer-Encoding: chunked\r\n'));
    forever(socket, Buffer.from('1\r\n \r\n'.repeat(10_000)));
  },
  'a body of 10 GB by its length': (socket) => {
    socket.write(head('Content-Length: 10737418240\r\n'));
    forever(socket, Buffer.alloc(65_536, ' '));
  },
  'a bomb of gzip': (socket) =>
    void socket.write(whole(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), 'Content-Encoding: gzip\r\n')),
  'a bomb of gzip without its name': (socket) =>
    void socket.write(whole(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')))),
  '200,000 nested lists': (socket) =>
    void socket.write(whole(`{"Response":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`)),
  '1,000,000 keys': (socket) =>
    void socket.write(
      whole(`{"Response":{${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":1`).join()}}}`),
    ),
  '16 MB of empty lists': (socket) => void socket.write(whole(list('[]', 15 * 1024 * 1024))),
  '490,000 small objects': (socket) => void socket.write(whole(list('{"k":"v1234567"}', 4_000_000))),
  'a name of 15 MB': (socket) =>
    void socket.write(whole(`{"Response":{"DealName":"${'9'.repeat(15 * 1024 * 1024)}"}}`)),
  'two lengths': (socket) => void socket.write(whole(OK, 'Content-Length: 5\r\n')),
  'a length and chunks': (socket) => void socket.write(whole(OK, 'Transfer-Encoding: chunked\r\n')),
  'a length that is too long': (socket) => void socket.end(`${head('Content-Length: 9000\r\n')}${OK}`),
  'a length that is too short': (socket) => void socket.end(`${head('Content-Length: 20\r\n')}${OK}`),
  'a header of 1 MB': (socket) => void socket.write(whole(OK, `X: ${'x'.repeat(1024 * 1024)}\r\n`)),
  'endless headers': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    forever(socket, Buffer.from('X: y\r\n'.repeat(1000)));
  },
  'endless interim answers': (socket) =>
    forever(socket, Buffer.from('HTTP/1.1 103 Early\r\n\r\n'.repeat(1000))),
  'a redirect to itself': (socket) =>
    void socket.write(whole(OK, 'Location: /\r\n', '307 Temporary Redirect')),
  'a redirect to the metadata service': (socket) =>
    void socket.write(whole('', 'Location: http://169.254.0.23/\r\n', '302 Found')),
  silence: () => undefined,
  'one byte at a time': (socket) => {
    socket.write(head('Content-Length: 1000\r\n'));
    const timer = setInterval(() => socket.write(' '), 50);
    socket.once('close', () => clearInterval(timer));
  },
  'half of a head': (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-'),
  'the end of the connection': (socket) => void socket.end(),
  'a page of HTML': (socket) => void socket.write(whole('<html>Sign in</html>')),
  'bytes that are not UTF-8': (socket) => void socket.write(whole(Buffer.alloc(1000, 0xff))),
  'an order number with a number of 1,000,000 digits': (socket) =>
    void socket.write(whole(`{"Response":{"DealId":${'9'.repeat(1_000_000)}}}`)),
  'an order number in the prototype': (socket) =>
    void socket.write(
      whole('{"Response":{"__proto__":{"DealName":"1"},"constructor":{"prototype":{"DealName":"1"}}}}'),
    ),
  'an order number with a command for the terminal': (socket) =>
    void socket.write(whole(JSON.stringify({ Response: { DealName: '1\u001b]0;paid\u0007' } }))),
  'an order number and an error': (socket) =>
    void socket.write(
      whole('{"Response":{"DealName":"1","Error":{"Code":"InvalidParameter","Message":"no"}}}'),
    ),
};

/** Starts a server for one attack. It counts the requests that it got. */
export async function startHostileServer(attack: (socket: Socket) => void) {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests += 1;
      attack(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close(): void {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
