// Attacks of a hostile server, network or plan author on the calls of Refit. Where the wire matters, the servers are real.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { inspect, promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isForbiddenHost, mayReach } from '../../src/addresses.ts';
import { VirtualClock } from '../../src/clock.ts';
import { createHttp, type HttpOptions } from '../../src/cloud/network/http.ts';
import { proxyFromEnvironment } from '../../src/cloud/network/proxy.ts';
import { askUrl, TransportError } from '../../src/cloud/network/transport.ts';
import { readList } from '../../src/cloud/reads/source.ts';
import { READS } from '../../src/cloud/wire/actions.ts';
import type { Fields } from '../../src/cloud/wire/fields.ts';
import { RefitError } from '../../src/errors.ts';
import { connectReader } from '../../src/operations/connect.ts';
import { SECOND } from '../../src/units.ts';
import type { Line } from '../cloud/fake-transport.ts';
import { clientOver, ORDER, row, SCOPE, SECRET_ID, SECRET_KEY, TOKEN } from '../cloud/scripted-client.ts';
import { HAS_OPENSSL, makeCertificates } from '../cloud/tls.ts';
import { ATTACKS, startHostileServer } from './hostile-server.ts';

const MEBIBYTE = 1024 * 1024;
const MOST_MEMORY = 300;
const LONGEST_CALL = 5000;

describe('a hostile answer to an order', () => {
  it('is no answer: it ends in time, in bounded memory, after one request, whatever it is', async () => {
    const servers = await Promise.all(Object.values(ATTACKS).map(startHostileServer));
    onTestFinished(() => {
      for (const server of servers) server.close();
    });
    const script = `${import.meta.dirname}/meet-hostile-servers.ts`;
    const urls = servers.map(({ endpoint }) => endpoint);
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...urls]);
    const { memory, polluted, answers } = JSON.parse(stdout);
    Object.keys(ATTACKS).forEach((name, n) => {
      expect(answers[n], name).toMatchObject({
        kind: 'no-answer',
        reason: expect.stringMatching(/^[ -~]{1,301}…?$/),
      });
      expect(answers[n].ms, name).toBeLessThan(LONGEST_CALL);
      expect(servers[n]!.requests(), name).toBe(1);
    });
    expect(polluted).toBe(false);
    expect(memory).toBeLessThan(MOST_MEMORY);
  });
});

const task = (n: number) => ({ TaskId: n, InstanceId: 'crs-aaaa1111', TaskType: '002', Result: 1 });
const tasks = (from: number, total: number, count = 100): Line => ({
  ok: { TotalCount: total, Tasks: Array.from({ length: count }, (_, n) => task(from + n)) },
});

describe('a list that never ends', () => {
  it.each<[string, (count: number) => Line, RegExp, number]>([
    ['grows with every page', (count) => tasks(count * 100, (count + 2) * 100), /has no end: 12 pages/, 12],
    ['claims a trillion rows', (count) => tasks(count * 100, 1e12), /has no end: 1000 pages/, 1000],
    ['repeats its first page', () => tasks(0, 5000), /returned the same rows again as page 2/, 2],
    [
      'repeats its first page and claims to grow',
      (count) => tasks(0, 5000 + 100 * count),
      /has no end: 60 pages/,
      60,
    ],
    [
      'repeats an earlier page',
      (count) => tasks((count % 3) * 100, 5000),
      /returned the same rows again as page 4/,
      4,
    ],
    [
      'has pages of rows that nobody can read',
      () => ({ ok: { TotalCount: 1e12, Tasks: [1, null, {}] } }),
      /has no end/,
      1000,
    ],
  ])('ends if it %s', async (_, answer, problem, pages) => {
    const { run, transport } = clientOver((_sent, count) => answer(count));
    const error = await run((cloud) => cloud.describeRunningTasks(SCOPE).catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(RefitError);
    expect((error as RefitError).message).toMatch(problem);
    expect(transport.sent).toHaveLength(pages);
  });

  it.each<[string, number, number, RegExp]>([
    ['of more than 256 MB', 5 * MEBIBYTE, 0, /returned more than 256 MB/],
    ['that takes more than 15 minutes', 0, 59 * SECOND, /did not end within 15 minutes/],
  ])('ends: one %s', async (_, size, took, problem) => {
    const clock = new VirtualClock(0);
    let count = 0;
    const ask = async () => {
      await clock.sleep(took);
      return { kind: 'ok' as const, fields: { id: count++ }, size };
    };
    const list = {
      action: READS.tasks,
      scope: SCOPE,
      perPage: 1,
      encode: () => ({}),
      decode: (fields: Fields) => ({ total: 1e9, rows: 1, found: [fields] }),
      idOf: ({ id }: Fields) => String(id),
    };
    await clock.run(() => expect(readList({ clock, ask }, list)).rejects.toThrow(problem));
    expect(count).toBeLessThan(60);
  });

  it('may be short: a total below its rows ends it', async () => {
    const { run } = clientOver([tasks(0, -5)]);
    expect(await run((cloud) => cloud.describeRunningTasks(SCOPE))).toHaveLength(100);
  });
});

describe('a list of instances', () => {
  const instances = (rows: readonly object[], total = rows.length) => ({
    ok: { TotalCount: total, InstanceSet: rows },
  });
  const read = (line: Line, ids?: readonly string[]) => {
    const { run } = clientOver(({ action }) =>
      action === 'DescribeInstances' ? line : { ok: { ZoneSet: [] } },
    );
    return run((cloud) => cloud.describeInstances(SCOPE, ids));
  };

  it('that repeats instances to reach its total is refused', async () => {
    await expect(read(instances([row(), row()], 2))).rejects.toThrow(/returned 1 of 2 instances/);
  });

  it('that has an instance twice with different sizes gives no target', async () => {
    const [one] = await read(instances([row(), row({ RedisShardSize: 65_536 })], 1));
    expect(one).toMatchObject({ id: 'crs-aaaa1111', status: 'unrecognised' });
  });

  it('leaves out instances that Refit did not ask for', async () => {
    const found = await read(instances([row(), row({ InstanceId: 'crs-bbbb2222' })]), ['crs-bbbb2222']);
    expect(found.map(({ id }) => id)).toEqual(['crs-bbbb2222']);
  });

  it.each(['crs-aaaa1111\u0000', '../../etc', 'crs-AAAA1111', 'crs-aaaa1111 --force', '__proto__'])(
    'with the id %j is refused',
    async (InstanceId) => {
      await expect(read(instances([row({ InstanceId })]))).rejects.toThrow(/returned 0 of 1 instances/);
    },
  );

  it('cannot change objects through the names of tags', async () => {
    const [one] = await read(instances([row({ InstanceTags: [{ TagKey: '__proto__', TagValue: 'x' }] })]));
    expect(Object.getPrototypeOf(one!.tags)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('x');
  });
});

describe('keys in an answer', () => {
  const SECRETS = [SECRET_ID, SECRET_KEY, TOKEN];
  const shows = (value: unknown) =>
    [JSON.stringify(value), inspect(value, { depth: 9 }), String((value as Error)?.message)].join('\n');
  const echo = SECRETS.join(' and ');
  const spellings: readonly [string, (json: string) => string][] = [
    ['as they are', (json) => json],
    [
      'as escapes of JSON',
      (json) => json.replaceAll('never', '\\u006eever').replaceAll('AKID', '\\u0041KID'),
    ],
    ['percent-encoded', (json) => json.replaceAll(' and ', '%20and%20')],
  ];

  it.each(spellings)('are hidden %s in code, message, request id and order number', async (_, spell) => {
    const bodies = [
      { Error: { Code: `Invalid.${SECRET_KEY}`, Message: echo }, RequestId: TOKEN },
      { DealName: SECRET_KEY, RequestId: SECRET_ID },
      { DealName: '123', RequestId: SECRET_KEY },
      { DealName: echo, Error: { Code: SECRET_ID } },
    ];
    for (const Response of bodies) {
      const { run } = clientOver([{ status: 200, body: spell(JSON.stringify({ Response })) }]);
      const shown = shows(await run((cloud) => cloud.order(ORDER, () => true)));
      for (const secret of SECRETS) expect(shown).not.toContain(secret);
    }
  });

  it.each(spellings)('are hidden %s in names, tags and identities', async (_, spell) => {
    const Response = {
      TotalCount: 1,
      InstanceSet: [row({ InstanceName: echo, InstanceTags: [{ TagKey: SECRET_KEY, TagValue: TOKEN }] })],
      AccountId: SECRET_KEY,
      UserId: TOKEN,
      PrincipalId: SECRET_ID,
      Arn: `qcs::${SECRET_KEY}`,
    };
    const { run } = clientOver(() => ({ status: 200, body: spell(JSON.stringify({ Response })) }));
    const read = await run(async (cloud) => [
      await cloud.describeInstances(SCOPE, ['crs-aaaa1111']),
      await cloud.describeIdentity(SCOPE).catch((error: unknown) => error),
    ]);
    for (const secret of SECRETS) expect(shows(read)).not.toContain(secret);
  });

  it('are hidden if the answer repeats the signature of its own request', async () => {
    const { run } = clientOver(({ headers }) => ({
      code: 'Invalid',
      message: `got ${headers.Authorization}`,
    }));
    const answer = await run((cloud) => cloud.order(ORDER, () => true));
    expect(shows(answer)).not.toMatch(/[0-9a-f]{64}/);
    expect(answer).toMatchObject({ kind: 'refused', message: expect.stringContaining('(hidden)') });
  });
});

describe('a code or a request id', () => {
  it.each([
    ['with a command for the terminal', '\u001b]0;title\u0007\u001b[31mRED'],
    ['with two lines', 'InvalidParameter\nverified: 12 of 12'],
    ['with a direction change', 'Invalid\u202eParameter'],
    ['with 1,000 characters', 'x'.repeat(1000)],
  ])('%s becomes one short visible line', async (_, text) => {
    const Response = { Error: { Code: text, Message: text }, RequestId: text };
    const { run } = clientOver([{ status: 200, body: JSON.stringify({ Response }) }]);
    const answer = await run((cloud) => cloud.order(ORDER, () => true));
    expect(answer).toMatchObject({ kind: 'refused' });
    const { code, requestId, message } = answer as unknown as Record<string, string>;
    for (const shown of [code, requestId]) expect(shown).toMatch(/^[ -~]{1,100}…?$/);
    expect(message).toMatch(/^[ -~]{1,1000}$/);
  });
});

describe('TLS', () => {
  it('is never switched off: NODE_TLS_REJECT_UNAUTHORIZED=0 is refused with the way to trust an authority', () => {
    const connecting = () => connectReader({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(connecting).toThrow(/NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of TLS off/);
    expect(connecting).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('NODE_EXTRA_CA_CERTS=ca.pem') }),
    );
  });

  it.runIf(HAS_OPENSSL)('is verified by the transport whatever the environment says', async () => {
    const certificates = makeCertificates(['IP:127.0.0.1']);
    let requests = 0;
    const server = createTlsServer(certificates, (socket) => {
      socket.on('error', () => undefined).on('data', () => (requests += 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const http = createHttp();
    onTestFinished(async () => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      await http.close();
      server.close();
      certificates.remove();
    });
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sending = http.send({ origin, headers: { authorization: 'key' }, body: '{}', timeout: 5000 });
    await expect(sending).rejects.toMatchObject({ sent: false });
    expect(requests).toBe(0);
  });
});

describe('an address in a plan', () => {
  const PRIVATE_TOO = { private: true };
  it.each([
    'http://169.254.0.23/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0xa9fe0017/',
    'https://2851995671/',
    'https://0251.0376.0.027/',
    'https://169.254.23/',
    'https://１６９.254.0.23/',
    'https://[::ffff:169.254.0.23]/',
    'https://[::ffff:a9fe:17]/',
    'https://[64:ff9b::a9fe:17]/',
    'https://[2002:a9fe:17::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://100.100.100.200/',
    'https://metadata.tencentyun.com/',
    'https://METADATA.tencentyun.com./',
    'https://metadata.google.internal/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://255.255.255.255/',
  ])('%s is never reached', async (url) => {
    expect(isForbiddenHost(new URL(url).hostname, PRIVATE_TOO)).toBe(true);
    const http = createHttp({ connectTimeout: 100, resolve: () => Promise.reject(new Error('looked up')) });
    onTestFinished(() => http.close());
    const answer = await askUrl(http, url, 200);
    expect(answer).toMatchObject({
      kind: 'silent',
      reason: expect.stringMatching(/must not reach|only for this machine/),
    });
  });

  it.each([
    ['127.0.0.1', true, true],
    ['::1', true, true],
    ['::ffff:127.0.0.1', true, true],
    ['203.0.113.7', true, true],
    ['2606:4700::1111', true, true],
    ['10.1.2.3', true, false],
    ['::ffff:192.168.1.1', true, false],
    ['fd12:3456::1', true, false],
    ['100.64.0.1', true, false],
    ['169.254.0.23', false, false],
    ['fe80::1%eth0', false, false],
    ['not an address', false, false],
  ])('%s may be reached: %s, and without private networks: %s', (address, allowed, strict) => {
    expect([mayReach(address, PRIVATE_TOO), mayReach(address, { private: false })]).toEqual([
      allowed,
      strict,
    ]);
  });

  /** A server on loopback that stands for a forbidden one. It must never get a connection. */
  async function victim() {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, connections: () => connections };
  }
  const leadsTo = (...addresses: readonly string[][]) => {
    let lookups = 0;
    return async () => {
      const found = addresses[Math.min(lookups++, addresses.length - 1)]!;
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
  };
  const ask = async (url: string, options: HttpOptions) => {
    const http = createHttp({ connectTimeout: 500, ...options });
    onTestFinished(() => http.close());
    const { origin } = new URL(url);
    return http.send({ origin, path: '/', headers: {}, body: '{}', timeout: 2000, reach: 'plan' }).then(
      () => 'answered',
      (error: unknown) => {
        expect(error).toBeInstanceOf(TransportError);
        return (error as TransportError).message;
      },
    );
  };

  it.each<[string, string[]]>([
    ['the metadata service', ['169.254.0.23']],
    ['a link-local IPv6 address', ['fe80::1']],
    ['a mapped address', ['::ffff:169.254.0.23']],
    ['a public address and the metadata service', ['203.0.113.7', '169.254.0.23']],
  ])('that is a name of %s is refused before connecting', async (_, addresses) => {
    const problem = await ask('https://hooks.example.com:9/', { resolve: leadsTo(addresses) });
    expect(problem).toMatch(/hooks\.example\.com leads to .*, which a plan must not reach/);
  });

  it('that leads elsewhere at the second lookup is refused at the second lookup', async () => {
    const { port, connections } = await victim();
    const resolve = leadsTo(['127.0.0.1'], ['169.254.0.23']);
    const http = createHttp({ connectTimeout: 500, resolve });
    onTestFinished(() => http.close());
    const send = () =>
      http
        .send({
          origin: `https://rebind.example.com:${port}`,
          headers: {},
          body: '',
          timeout: 2000,
          reach: 'plan',
        })
        .catch((error: Error) => error.message);
    await send();
    expect(connections()).toBe(1);
    expect(await send()).toMatch(/leads to 169\.254\.0\.23 \(link-local\)/);
    expect(connections()).toBe(1);
  });

  it('is checked also if a proxy would look it up', async () => {
    const proxy = await victim();
    const settings = proxyFromEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    const forbidden = { proxy: settings, resolve: leadsTo(['169.254.0.23']) };
    expect(await ask('https://hooks.example.com/', forbidden)).toMatch(/must not reach/);
    expect(await ask('https://169.254.0.23/', forbidden)).toMatch(/must not reach/);
    expect(proxy.connections()).toBe(0);
    await ask('https://hooks.example.com/', { proxy: settings, resolve: leadsTo(['203.0.113.7']) });
    expect(proxy.connections()).toBe(1);
  });

  it('of a private network is refused if the rules say so', async () => {
    const options = { planAddresses: { private: false }, resolve: leadsTo(['10.0.0.5']) };
    expect(await ask('https://hooks.internal.example/', options)).toMatch(/leads to 10\.0\.0\.5 \(private\)/);
    expect(await ask('https://10.0.0.5/', options)).toMatch(/must not reach/);
  });

  it('over plain http stays on this machine, whatever its name leads to', async () => {
    const { port, connections } = await victim();
    expect(await ask(`http://localhost:${port}/`, { resolve: leadsTo(['10.0.0.5']) })).toMatch(
      /only for this machine/,
    );
    expect(await ask(`http://10.0.0.5:${port}/`, {})).toMatch(/only for this machine/);
    expect(connections()).toBe(0);
    await ask(`http://localhost:${port}/`, { resolve: leadsTo(['127.0.0.1']) });
    expect(connections()).toBe(1);
  });
});

describe('an answer to a gate or a webhook', () => {
  it.each([
    'an endless body',
    'an endless body of one-byte chunks',
    'a bomb of gzip',
    'a redirect to itself',
  ])('is read no further than needed: %s', async (name) => {
    const server = await startHostileServer(ATTACKS[name]!);
    const http = createHttp();
    onTestFinished(async () => {
      server.close();
      await http.close();
    });
    expect(await askUrl(http, server.endpoint, 5000)).toMatchObject({ kind: 'answered' });
    const answer = await http
      .send({ origin: server.endpoint, headers: {}, body: '{}', timeout: 5000, reach: 'plan', keep: 65_536 })
      .catch((error: Error) => ({ body: error.message }));
    expect(answer.body.length).toBeLessThanOrEqual(65_536);
    expect(server.requests()).toBe(2);
  });
});
