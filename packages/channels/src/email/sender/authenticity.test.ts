/** Against mailauth itself, with a name service in memory. */
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, test, vi } from 'vitest';
import { isTrustedRelay } from './authenticity.ts';
import { type MailDns, sparing } from './mail-dns.ts';
import { type MailEnvelope, parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const zone: Record<string, string> = {
  'TXT k._domainkey.shop.example': `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`,
  'TXT shop.example': 'v=spf1 ip4:192.0.2.7 -all',
  'TXT _dmarc.strict.example': 'v=DMARC1; p=reject',
  'TXT strict.example': 'v=spf1 ip4:192.0.2.8 -all',
};

function dnsOf(records: Record<string, string>) {
  return vi.fn<MailDns>(async (name, type) => {
    const record = records[`${type} ${name.toLowerCase()}`];
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
    return [[record]];
  });
}

const plain = (from: string, ...headers: string[]) =>
  mailOf(
    ...headers,
    `From: ${from}`,
    'To: service@centre.test',
    'Subject: Order',
    'Message-ID: <1@x>',
    '',
    'Hello',
    '',
  );

async function signed(from: string): Promise<Buffer> {
  const raw = plain(from);
  const { signatures } = await dkimSign(raw, {
    signatureData: [{ signingDomain: 'shop.example', selector: 'k', privateKey }],
  } as never);
  return Buffer.concat([Buffer.from(signatures), raw]);
}

const from = (address: string): MailEnvelope => ({
  from: 'ann@shop.example',
  to: ['service@centre.test'],
  peer: { address, helo: 'mail.shop.example' },
});

async function check(raw: Buffer, envelope: MailEnvelope, dns = dnsOf(zone), trust: object = {}) {
  const deps = testDeps(
    { dns },
    { mailTrust: { relays: ['127.0.0.0/8', '10.1.0.0/16'], authservId: undefined, strictSenders: false, ...trust } },
  );
  const contact = await parseMail(raw, envelope, deps);
  return {
    verdict: contact.authenticity?.verdict,
    grade: contact.identifiers[0]?.grade,
    by: contact.authenticity?.checkedBy,
  };
}

describe('at the inlet', () => {
  test.each([
    ['the host of the domain', '192.0.2.7', 'ann@shop.example', 'pass', 'known'],
    ['another host', '203.0.113.9', 'ann@shop.example', 'fail', 'claimed'],
    ['a policy that nothing meets', '192.0.2.7', 'ceo@strict.example', 'fail', 'claimed'],
    ['a domain that publishes nothing', '192.0.2.7', 'bob@silent.example', 'none', 'known'],
    ['one of us from outside', '192.0.2.7', 'agent@centre.test', 'none', 'claimed'],
    ['an address of ours in the domain of others', '192.0.2.7', 'Help@Brand.example', 'none', 'claimed'],
    ['another address there', '192.0.2.7', 'ann@brand.example', 'none', 'known'],
    ['two authors', '192.0.2.7', 'ann@shop.example, ceo@strict.example', 'pass', 'claimed'],
  ])('%s', async (_name, peer, author, verdict, grade) => {
    expect(await check(plain(author), from(peer))).toMatchObject({ verdict, grade });
  });

  test('a signature vouches for a mail that came another way, and a changed one does not', async () => {
    const raw = await signed('ann@shop.example');
    expect(await check(raw, from('203.0.113.9'))).toMatchObject({ verdict: 'pass', grade: 'known' });
    const changed = Buffer.from(raw.toString().replace('Hello', 'Pay me'));
    expect(await check(changed, from('203.0.113.9'))).toMatchObject({ verdict: 'fail', grade: 'claimed' });
  });

  test('no name service: not confirmed, within the time limit, and the next mail asks nobody', async () => {
    const silent = vi.fn<MailDns>(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })));
    const dns = sparing(silent, () => 0);
    expect(await check(plain('ann@shop.example'), from('192.0.2.7'), dns as never)).toMatchObject({
      verdict: 'unavailable',
      grade: 'known',
    });
    const asked = silent.mock.calls.length;
    expect(await check(plain('ann@else.example'), from('192.0.2.7'), dns as never)).toMatchObject({
      verdict: 'unavailable',
    });
    expect(silent.mock.calls.length).toBe(asked);
  });

  test('a domain that does not answer does not switch the checks off for others', async () => {
    const dns = sparing(
      async (name) => {
        if (name.endsWith('slow.example')) throw Object.assign(new Error('slow'), { code: 'ETIMEOUT' });
        return [['v=spf1 -all']];
      },
      () => 0,
    );
    await expect(dns('slow.example', 'TXT')).rejects.toThrow('slow');
    await expect(dns('else.example', 'TXT')).resolves.toEqual([['v=spf1 -all']]);
  });

  test('name servers that never answer hold a mail up for two seconds at most', async () => {
    const begin = performance.now();
    const never = vi.fn<MailDns>(() => new Promise(() => undefined));
    expect(await check(await signed('ann@shop.example'), from('192.0.2.7'), never)).toMatchObject({
      verdict: 'unavailable',
    });
    expect(performance.now() - begin).toBeLessThan(4_000);
  });
});

describe('behind a trusted relay', () => {
  const told = (id: string, result = 'pass') =>
    `Authentication-Results: ${id}; dmarc=${result} header.from=shop.example`;
  const received = 'Received: from mx.centre.test by hub; Tue, 3 Mar 2026 10:00:00 +0000';

  test.each([
    ['its results above its Received', [told('mx.centre.test'), received], {}, 'pass', 'known'],
    ['its results say no', [told('mx.centre.test', 'fail'), received], {}, 'fail', 'claimed'],
    ['results that a sender wrote, beneath', [received, told('mx.centre.test')], {}, 'none', 'known'],
    [
      'configured name, beneath its Received',
      [received, told('mx.centre.test')],
      { authservId: 'mx.centre.test' },
      'pass',
      'known',
    ],
    [
      'configured name, another host on top',
      [told('evil.example'), received],
      { authservId: 'mx.centre.test' },
      'none',
      'known',
    ],
    ['none at all, strict', [received], { strictSenders: true }, 'none', 'claimed'],
  ])('%s', async (_name, headers, trust, verdict, grade) => {
    const dns = dnsOf(zone);
    expect(await check(plain('ann@shop.example', ...headers), from('::ffff:10.1.2.3'), dns, trust)).toMatchObject({
      verdict,
      grade,
    });
    expect(dns).not.toHaveBeenCalled();
  });

  test('without its word the signature is checked here, and SPF is not', async () => {
    expect(await check(await signed('ann@shop.example'), from('127.0.0.1'))).toEqual({
      verdict: 'pass',
      grade: 'known',
      by: 'Patchbay',
    });
  });

  test('a mailbox whose host is named is believed, another name in it is not', async () => {
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(plain('ann@shop.example', received, told('MX.centre.test')), envelope)).toMatchObject({
      verdict: 'pass',
    });
    expect(await check(plain('ann@shop.example', received, told('other.test')), envelope)).toMatchObject({
      verdict: 'none',
    });
  });

  test('results that a host wrote count nothing when a stranger hands them over', async () => {
    expect(await check(plain('ann@shop.example', told('mx.centre.test')), from('203.0.113.9'))).toMatchObject({
      verdict: 'fail',
    });
  });
});

test.each([
  ['127.0.0.1', ['127.0.0.0/8'], true],
  ['::ffff:127.0.0.1', ['127.0.0.0/8'], true],
  ['::1', ['::1'], true],
  ['192.0.2.1', ['::1', '10.0.0.0/8'], false],
  ['192.0.2.1', ['192.0.2.1'], true],
  ['rubbish', ['192.0.2.1'], false],
])('%s in %j: %s', (address, relays, trusted) => {
  expect(isTrustedRelay(address, relays)).toBe(trusted);
});
