import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { createConnection, isIPv6, type AddressInfo, type LookupFunction } from 'node:net';
import { HubError } from '@patchbay/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { isPublicAddress, outgoingRequest, outgoingUrl, publicLookup, publicLookupBy } from './outgoing-address.ts';

describe('addresses', () => {
  test.each([
    ['8.8.8.8', true],
    ['93.184.216.34', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
    ['0.0.0.0', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['169.254.169.254', false],
    ['192.0.2.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['240.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b:1::1', false],
    ['2002:7f00:1::', false],
    ['2001:db8::1', false],
    ['2001::1', false],
    ['fe80::1', false],
    ['fec0::1', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['ff02::1', false],
    ['nonsense', false],
  ])('%s: public %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });

  test.each([
    'http://93.184.216.34/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'nonsense',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://[::]/',
    'https://[::1]:8443/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://0.0.0.0/',
    'https://[::ffff:7f00:1]/',
    'https://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://127.0.0.1./',
    'https://１２７.０.０.１/',
    'https://user:pass@10.0.0.1/',
    'https://[fe80::1%25eth0]/',
    'https://169.254.169.254/latest/meta-data/',
  ])('%s is not called', (url) => {
    expect(() => outgoingUrl(url, false)).toThrow(HubError);
  });

  test('a public one is, and a private one where the centre allows it', () => {
    expect(outgoingUrl('https://example.com/hook', false).hostname).toBe('example.com');
    expect(outgoingUrl('http://127.0.0.1:8080/', true).port).toBe('8080');
  });
});

describe('names', () => {
  const looked = (name: string) =>
    new Promise<unknown>((resolve) => publicLookup(name, {}, (error, address) => resolve(error ?? address)));
  test('that lead inside are not connected to', async () => {
    expect(await looked('localhost')).toMatchObject({ code: 'provider_refused' });
  });
  /** A name server that answers each question with the next of these. */
  const answering = (...answers: string[][]) => {
    let asked = 0;
    const resolver = publicLookupBy((_name, _options, callback) => {
      const addresses = answers[asked++ % answers.length] ?? [];
      const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
      process.nextTick(callback, null, found);
    });
    return { resolver, asked: () => asked };
  };
  test.each([
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700::1111', '::1']],
    [['::ffff:169.254.169.254']],
    [['0.0.0.0']],
    [[]],
  ])('that lead to %j are not, whichever of the addresses would be taken', async (addresses) => {
    const { resolver } = answering(addresses);
    const error = await new Promise((resolve) => resolver('evil.example', { all: true }, resolve));
    expect(error).toMatchObject({ code: 'provider_refused' });
  });
  test('that lead elsewhere at the second look are looked at once only', async () => {
    const { resolver, asked } = answering(['192.0.0.9', '8.8.8.8'], ['8.8.8.8']);
    const rebound = answering(['203.0.114.9'], ['127.0.0.1']);
    const connect = (lookup: LookupFunction) =>
      new Promise<unknown>((resolve) => {
        const socket = createConnection({ host: 'rebind.example', port: 1, lookup, autoSelectFamily: false });
        socket.once('lookup', (error, address) => {
          socket.destroy();
          resolve(error ?? address);
        });
        socket.once('error', resolve);
      });
    expect(await connect(rebound.resolver)).toBe('203.0.114.9');
    expect(rebound.asked()).toBe(1);
    expect(await connect(resolver)).toMatchObject({ code: 'provider_refused' });
    expect(asked()).toBe(1);
  });
  test('a request to one fails before it connects', async () => {
    const call = outgoingRequest('https://localhost/', {
      method: 'GET',
      limit: 10,
      signal: AbortSignal.timeout(5000),
      allowPrivate: false,
    });
    await expect(call).rejects.toMatchObject({ code: 'provider_refused' });
  });
});

describe('answers', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));
  async function serving(status: number, headers: Record<string, string>, body: string): Promise<string> {
    const server = createServer((_request, response) => void response.writeHead(status, headers).end(body));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  const get = (url: string, limit = 100) =>
    outgoingRequest(url, { method: 'GET', limit, signal: AbortSignal.timeout(5000), allowPrivate: true });

  test('a redirect is not followed', async () => {
    const url = await serving(302, { location: 'http://169.254.169.254/' }, '');
    expect((await get(url)).status).toBe(302);
  });
  test('one that is too long is cut off', async () => {
    await expect(get(await serving(200, {}, 'x'.repeat(101)))).rejects.toMatchObject({ code: 'too_large' });
    expect((await get(await serving(200, {}, 'x'.repeat(100)))).body).toHaveLength(100);
  });
});
