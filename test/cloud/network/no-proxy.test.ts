import { describe, expect, it } from 'vitest';
import { usesProxy as decides, proxyFromEnvironment } from '../../../src/cloud/network/proxy.ts';

const PROXY = { HTTPS_PROXY: 'http://p.test:3128' };
const usesProxy = (found: Parameters<typeof decides>[0], url: string) => decides(found, new URL(url));
const settings = (env: Record<string, string>) => proxyFromEnvironment({ ...PROXY, ...env })!;

type Case = readonly [except: string, host: string, isDirect: boolean];

/** As curl documents it. */
const AS_CURL: readonly Case[] = [
  ['redis.sim.test', 'redis.sim.test', true],
  ['sim.test', 'redis.sim.test', true],
  ['.sim.test', 'redis.sim.test', true],
  ['.sim.test', 'sim.test', true],
  ['sim.test.', 'sim.test', true],
  ['sim.test', 'sim.test.', true],
  ['SIM.test', 'redis.sim.TEST', true],
  ['im.test', 'redis.sim.test', false],
  ['sim.test', 'sim.test.elsewhere', false],
  ['*.sim.test', 'sim.test', false],
  ['sim.test:8443', 'sim.test', false],
  ['a.test,sim.test', 'sim.test', true],
  ['a.test, sim.test', 'sim.test', true],
  [',, sim.test,', 'sim.test', true],
  ['*', 'sim.test', true],
  ['*', '10.1.2.3', true],
  ['a.test,*', 'sim.test', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.30', false],
  ['.3', '10.1.2.3', false],
  ['2.3', '10.1.2.3', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.9.9.9/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.1.2.3/32', '10.1.2.3', true],
  ['172.16.0.0/12', '172.31.255.255', true],
  ['172.16.0.0/12', '172.32.0.0', false],
  ['10.0.0.0/8', '0xa.1.2.3', true],
  ['10.0.0.0/8', 'host-10.0.0.1.test', false],
  ['0.0.0.0/0', '10.1.2.3', false],
  ['fd00::1', '[fd00::1]', true],
  ['fd00:0:0::0001', '[fd00::1]', true],
  ['FD00::1', '[fd00:0:0:0:0:0:0:1]', true],
  ['[fd00::1]:8443', '[fd00::1]', false],
  ['fd00::/8', '[fd12::9]', true],
  ['fd00::/8', '[fe80::9]', false],
  ['2001:db8::/37', '[2001:db8:7ff::1]', true],
  ['2001:db8::/37', '[2001:db8:800::1]', false],
  ['::ffff:10.1.2.3', '[::ffff:a01:203]', true],
];

/** Curl does not promise these. */
const BEYOND_CURL: readonly (readonly [except: string, host: string])[] = [
  ['*.sim.test', 'redis.sim.test'],
  ['sim.test:443', 'sim.test'],
  ['sim.test:8443', 'sim.test:8443'],
  ['a.test sim.test', 'sim.test'],
  ['10.1.2.3:443', '10.1.2.3'],
  ['[fd00::1]', '[fd00::1]'],
  ['[fd00::1]:443', '[fd00::1]'],
  ['[fd00::]/8', '[fd12::9]'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['10.0.0.0/8', '[::ffff:10.1.2.3]'],
];

describe('NO_PROXY', () => {
  it.each(AS_CURL)('"%s" and %s as curl documents: direct is %s', (except, host, isDirect) => {
    expect(usesProxy(settings({ NO_PROXY: except }), `https://${host}`)).toBe(!isDirect);
  });

  it.each(BEYOND_CURL)('"%s" covers %s, too', (except, host) => {
    expect(usesProxy(settings({ NO_PROXY: except }), `https://${host}`)).toBe(false);
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['an empty lower-case variable counts as unset', { no_proxy: '', NO_PROXY: 'x.test' }, true],
    ['lower case comes first', { no_proxy: 'y.test', NO_PROXY: 'x.test' }, false],
    ['without it everything uses the proxy', {}, false],
    ['empty in both spellings excludes nothing', { no_proxy: '', NO_PROXY: '' }, false],
  ])('%s', (_, env, isDirect) => {
    expect(usesProxy(settings(env), 'https://x.test')).toBe(!isDirect);
  });

  it.each<[string, string | RegExp]>([
    [
      'a.test,*',
      'NO_PROXY: entry 2, *, is ignored: * must be the only entry; write * alone for no proxy at all',
    ],
    ['10.*', /entry 1, 10\.\*, .*part of an address; write the network: 10\.0\.0\.0\/8$/],
    ['192.168.*.*', /write the network: 192\.168\.0\.0\/16$/],
    ['192.168.', /write the network: 192\.168\.0\.0\/16$/],
    ['10', /write the network: 10\.0\.0\.0\/8$/],
    ['10.0.0.0/33', /it is not a network/],
    ['10.0.0.0/255.0.0.0', /it is not a network/],
    ['fd00::/129', /it is not a network/],
    ['corp.test/8', /it is not a network/],
    ['0.0.0.0/0', /0 bits would be all addresses; write \* alone/],
    ['::/0', /0 bits would be all addresses; write \* alone/],
    ['https://corp.test:8443/x', /it is a URL; write the host: corp\.test:8443$/],
    ['corp*', /not a host name, an address or a network/],
    ['*corp.test', /not a host name, an address or a network/],
    ['10.0.0.256', /not a host name, an address or a network/],
    ['10.0.0.1-9', /not a host name, an address or a network/],
    ['<local>', /not a host name, an address or a network/],
    ['fd00:::1', /not a host name, an address or a network/],
    ['[fd00::1', /not a host name, an address or a network/],
    ['ré.test', /not a host name, an address or a network/],
    ['corp.test;x.test', /not a host name, an address or a network/],
  ])('%s is said not to be understood', (except, problem) => {
    const { problems } = settings({ NO_PROXY: except }).exceptions;
    expect(problems).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  it('is said by the name of its variable, and what is understood still counts', () => {
    const found = settings({ no_proxy: 'x.test,10.*' });
    expect(found.exceptions.problems).toEqual([expect.stringMatching(/^no_proxy: entry 2, 10\.\*,/)]);
    expect(usesProxy(found, 'https://x.test')).toBe(false);
  });

  it('never shows a password', () => {
    const found = settings({ NO_PROXY: 'http://me:hush-hush@corp.test me:hush-hush@corp.test' });
    expect(JSON.stringify(found)).not.toContain('hush-hush');
    expect(found.exceptions.problems).toHaveLength(2);
  });
});
