/** Against mailauth itself, with a name service in memory. */
import { createHash, createSign } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, test, vi } from 'vitest';
import { isTrustedRelay } from './authenticity.ts';
import { type MailDns, sparing } from './mail-dns.ts';
import { check, dnsOf, from, plain, privateKey, signed, signedBy, zone } from './signed-mails.ts';
import { type MailEnvelope, parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';

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

describe('a signature with a length', () => {
  const tail = '\r\nSend the money elsewhere.\r\n';
  const relay =
    'Authentication-Results: mx.centre.test; dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example';
  const withSpf = `${relay}; spf=pass smtp.mailfrom=shop.example`;
  /** Signed up to `length` bytes of its text; then it goes on. */
  async function grown(added: string, length: number): Promise<Buffer> {
    const raw = plain('ann@shop.example');
    const { signatures } = await dkimSign(raw, {
      signatureData: [{ signingDomain: 'shop.example', selector: 'k', privateKey, maxBodyLength: length }],
    } as never);
    return Buffer.concat([Buffer.from(signatures), raw, Buffer.from(added)]);
  }
  const elsewhere = from('203.0.113.9');
  const stranger = { ...elsewhere, from: 'x@evil.example' };
  const whole = 'Hello\r\n'.length;

  test.each<[string, string, number, MailEnvelope, string, string]>([
    ['and all of the text', '', whole, stranger, 'pass', 'known'],
    ['and empty lines behind it', '\r\n\r\n', whole, stranger, 'pass', 'known'],
    ['and no line end', '', whole - 2, stranger, 'pass', 'known'],
    ['and more text', tail, whole, stranger, 'none', 'claimed'],
    ['of nothing', '', 0, stranger, 'none', 'claimed'],
    ['and more text, by the host of the domain', tail, whole, from('192.0.2.7'), 'pass', 'known'],
  ])('%s', async (_name, added, length, envelope, verdict, grade) => {
    expect(await check(await grown(added, length), envelope)).toMatchObject({ verdict, grade });
  });

  test('says how much was added', async () => {
    const contact = await parseMail(await grown(tail, whole), stranger, testDeps({ dns: dnsOf(zone) }));
    expect(contact.authenticity?.dkim).toBe(`policy (shop.example, ${tail.length} bytes added)`);
  });

  test.each([
    ['more text', tail, relay, 'none', 'claimed'],
    ['no more text', '', relay, 'pass', 'known'],
    ['more text by the host of the domain', tail, withSpf, 'pass', 'known'],
  ])('is seen where a trusted host says nothing of it: %s', async (_name, added, results, verdict, grade) => {
    const dns = dnsOf(zone);
    const raw = Buffer.concat([Buffer.from(`${results}\r\n`), await grown(added, whole)]);
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dns)).toMatchObject({ verdict, grade });
    expect(dns).not.toHaveBeenCalled();
  });

  const forged = (more: string) =>
    `DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=k; h=from; bh=AAAA; b=AAAA${more}\r\n`;
  test.each([
    ['one without a length', forged(''), tail, 'none', 'claimed'],
    ['ten others', forged('').replaceAll('shop', 'junk').repeat(10), tail, 'none', 'claimed'],
    ['a very long one', forged(`; x=${'a'.repeat(20_000)}`), tail, 'none', 'claimed'],
    ['ten others, where nothing was added', forged('').replaceAll('shop', 'junk').repeat(10), '', 'pass', 'known'],
  ])('is excused by no forged signature beside it: %s', async (_name, beside, added, verdict, grade) => {
    const raw = Buffer.concat([Buffer.from(`${relay}\r\n${beside}`), await grown(added, whole)]);
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dnsOf(zone))).toMatchObject({ verdict, grade });
  });

  test('is seen where the host names its agent below the domain', async () => {
    const agent = relay.replace('header.d=shop.example', 'header.i=@news.shop.example');
    const raw = Buffer.concat([Buffer.from(`${agent}\r\n`), await grown(tail, whole)]);
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dnsOf(zone))).toMatchObject({ verdict: 'none', grade: 'claimed' });
  });

  test.each([
    ['of the head', (raw: string) => raw.replaceAll('\r\n', '\n').replace(/$/, '\r\n\r\n')],
    ['of the text', (raw: string) => raw.replace(/(?<=\r\n\r\n)[^]*/, (text) => text.replaceAll('\r\n', '\n'))],
  ])('beside too many others is measured past bare line ends %s', async (_name, bare) => {
    const beside = forged('').replaceAll('shop', 'junk').repeat(10);
    const mail = await grown('Mor', whole);
    const raw = Buffer.from(bare(`${relay}\r\n${beside}${mail.toString('latin1')}`), 'latin1');
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dnsOf(zone))).toMatchObject({ verdict: 'none', grade: 'claimed' });
  });

  test('is excused by a whole one of the same domain where the host says that both are good', async () => {
    const { signatures } = await dkimSign(Buffer.concat([plain('ann@shop.example'), Buffer.from(tail)]), {
      signatureData: [{ signingDomain: 'shop.example', selector: 'k', privateKey }],
    } as never);
    const both = relay.replace('dkim=pass header.d=shop.example', (one) => `${one}; ${one}`);
    const raw = Buffer.concat([Buffer.from(`${both}\r\n${signatures}`), await grown(tail, whole)]);
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dnsOf(zone))).toMatchObject({ verdict: 'pass', grade: 'known' });
  });
});

describe('a field above the one that is signed', () => {
  const relay =
    'Authentication-Results: mx.centre.test; dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example';
  const stranger = { ...from('203.0.113.9'), from: 'x@evil.example' };
  const mailbox = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
  const above = async (...fields: string[]) =>
    Buffer.concat([Buffer.from(fields.map((field) => `${field}\r\n`).join('')), await signed('ann@shop.example')]);

  test.each(['Subject: Pay elsewhere', 'To: other@centre.test', 'Message-ID: <2@x>'])(
    '%s: the signature confirms nobody, here or as a trusted host tells of it',
    async (field) => {
      expect(await check(await above(field), stranger)).toMatchObject({ verdict: 'none', grade: 'claimed' });
      const dns = dnsOf(zone);
      expect(await check(await above(relay, field), mailbox, dns)).toMatchObject({ verdict: 'none', grade: 'claimed' });
      expect(dns).not.toHaveBeenCalled();
      const many = 'DKIM-Signature: v=1; a=rsa-sha256; d=junk.example; s=k; h=from; bh=AAAA; b=AAAA';
      const beside = Array.from({ length: 10 }, () => many);
      expect(await check(await above(relay, field, ...beside), mailbox)).toMatchObject({
        verdict: 'none',
        grade: 'claimed',
      });
    },
  );

  test.each([
    ['another From, which is the one that is taken', 'From: ceo@strict.example'],
    ['another From of the domain', 'From: ceo@shop.example'],
  ])('%s', async (_name, field) => {
    const got = await check(await above(field), stranger);
    expect(got.verdict).not.toBe('pass');
    expect(got.grade).toBe('claimed');
    expect((await check(await above(relay, field), mailbox)).verdict).not.toBe('pass');
  });

  test.each([
    ['that says the same', 'Subject: Order'],
    ['that nobody signs', 'X-Mailer: Two\r\nX-Mailer: One'],
    ['of a host on the way', 'Received: from a by b; Tue, 3 Mar 2026 10:00:00 +0000'],
    ['that it did not have', 'Cc: bob@firm.example'],
  ])('changes nothing: one %s', async (_name, field) => {
    expect(await check(await above(field), stranger)).toMatchObject({ verdict: 'pass', grade: 'known' });
    expect(await check(await above(relay, field), mailbox)).toMatchObject({ verdict: 'pass', grade: 'known' });
  });

  test('changes nothing where the host of the domain hands it over', async () => {
    expect(await check(await above('Subject: Other'), from('192.0.2.7'))).toMatchObject({ verdict: 'pass' });
    const told = relay.replace('; dmarc', '; spf=pass smtp.mailfrom=shop.example; dmarc');
    expect(await check(await above(told, 'Subject: Other'), mailbox)).toMatchObject({ verdict: 'pass' });
  });

  test('nor of a mail that has both, and was signed with both', async () => {
    const both = Buffer.concat([Buffer.from('Subject: First\r\n'), plain('ann@shop.example')]);
    expect(await check(await signedBy('shop.example', both), stranger)).toMatchObject({ verdict: 'pass' });
  });

  test('is told', async () => {
    const contact = await parseMail(await above('Subject: Pay elsewhere'), stranger, testDeps({ dns: dnsOf(zone) }));
    expect(contact.authenticity?.dkim).toBe('policy (shop.example, another subject above)');
  });
});

describe('a signature whose domain is in its own letters', () => {
  const domain = 'xn--bcher-kva.example';
  const ofBooks = { ...zone, [`TXT k._domainkey.${domain}`]: zone['TXT k._domainkey.shop.example'] ?? '' };
  const stranger = { ...from('203.0.113.9'), from: 'x@evil.example' };
  /** mailauth writes domains in ASCII, others need not (RFC 8616 §4). */
  function signedByBooks(author: string, length = ''): Buffer {
    const hash = createHash('sha256').update('Hello\r\n').digest('base64');
    const field = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=bücher.example; s=k; h=from:subject; ${length}bh=${hash}; b=`;
    const written = `from:${author}\r\nsubject:Order\r\ndkim-signature:${field}`;
    const signature = createSign('sha256').update(written).sign(privateKey, 'base64');
    return Buffer.concat([Buffer.from(`DKIM-Signature: ${field}${signature}\r\n`), plain(author)]);
  }

  test.each(['ann@bücher.example', `ann@${domain}`])('confirms %s', async (author) => {
    expect(await check(signedByBooks(author), stranger, dnsOf(ofBooks))).toMatchObject({
      verdict: 'pass',
      grade: 'known',
    });
  });

  test('is not whole with a length, where a trusted host tells of it in ASCII', async () => {
    const told = `Authentication-Results: mx.centre.test; dkim=pass header.d=${domain}; dmarc=pass header.from=${domain}`;
    const raw = Buffer.concat([
      Buffer.from(`${told}\r\n`),
      signedByBooks(`ann@${domain}`, 'l=7; '),
      Buffer.from('\r\nSend the money elsewhere.\r\n'),
    ]);
    const envelope = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    expect(await check(raw, envelope, dnsOf(ofBooks))).toMatchObject({ verdict: 'none', grade: 'claimed' });
  });
});

describe('an author whom the check has not judged', () => {
  const mailbox: MailEnvelope = { from: null, to: ['service@centre.test'] };
  const evil = { ...from('203.0.113.9'), from: 'x@evil.example' };
  const rest = 'To: service@centre.test\r\nSubject: Pay\r\nMessage-ID: <1@x>\r\n\r\nPay me\r\n';
  /** One field, and behind it the attacker's own From; or a head and a text for who takes a lone CR for a line's end. */
  const hidden = (author: string) =>
    `X-A: 1\rFrom: ${author}\rTo: service@centre.test\rSubject: Pay\r\rPay me${'\r'.repeat(60)}\r\nFrom: x@evil.example\r\n${rest}`;

  test.each<[string, string, string, MailEnvelope, object]>([
    ['lone CRs', hidden('bob@silent.example'), 'bob@silent.example', evil, {}],
    ['lone CRs, strictly', hidden('bob@silent.example'), 'bob@silent.example', evil, { strictSenders: true }],
    ['lone CRs, one of us', hidden('agent@centre.test'), 'agent@centre.test', evil, {}],
    ['lone CRs, in a mailbox', hidden('ceo@strict.example'), 'ceo@strict.example', mailbox, {}],
    [
      'a lone CR that is left as it is',
      `X-A: 1\rFrom: x@evil.example\r\nFrom: bob@silent.example\r\n${rest}`,
      'bob@silent.example',
      mailbox,
      {},
    ],
    ['NUL', `X-A: 1\0\r\nFrom: bob@silent.example\r\n${rest}`, 'bob@silent.example', mailbox, {}],
    ['two fields', `From: bob@silent.example\r\nFrom: x@evil.example\r\n${rest}`, 'bob@silent.example', mailbox, {}],
    ['an encoded word', `From: <=?utf-8?Q?bob?=@silent.example>\r\n${rest}`, 'bob@silent.example', mailbox, {}],
    [
      'a text in the head',
      `Subject: x\r\nFrom: bob@silent.example\r\n--\r\nFrom: x@evil.example\r\n${rest}`,
      'bob@silent.example',
      mailbox,
      {},
    ],
    ['a line before the head', `\r\nFrom: bob@silent.example\r\n${rest}`, 'bob@silent.example', mailbox, {}],
    [
      'a name that is folded before its colon',
      `From: bob@silent.example\r\nFrom\r\n : x@evil.example\r\n${rest}`,
      'bob@silent.example',
      mailbox,
      {},
    ],
  ])('%s', async (_name, raw, author, envelope, trust) => {
    const got = await check(await signedBy('evil.example', Buffer.from(raw)), envelope, dnsOf(zone), trust);
    expect(got).toMatchObject({ from: author, grade: 'claimed' });
    expect(got.verdict).not.toBe('pass');
  });

  test.each([
    ['a control character', 'ceo@str\u0001ict.example'],
    ['a letter of full width', 'ceo@ｓtrict.example'],
    ['a hyphen that is not seen', 'ceo@str\u00adict.example'],
  ])('whose domain is written with %s is judged by the policy of the one that is taken', async (_name, author) => {
    expect(await check(plain(author), evil)).toMatchObject({ verdict: 'fail', grade: 'claimed' });
  });

  test('a mail that names no From of its own beside lone CRs is nobody known', async () => {
    const old = 'From: ann@shop.example\rTo: service@centre.test\rSubject: Order\r\rHello\r';
    expect(await check(Buffer.from(old), from('192.0.2.7'))).toMatchObject({ verdict: 'none', grade: 'claimed' });
  });

  test.each([
    ['LF alone', (raw: string) => raw.replaceAll('\r\n', '\n')],
    ['LF alone in the head', (raw: string) => raw.replace(/^[^]*?\r\n\r\n/, (head) => head.replaceAll('\r\n', '\n'))],
    ['CR, CR and LF', (raw: string) => raw.replace('Subject: Order\r\n', 'Subject: Order\r\r\n')],
    ['a From that is folded', (raw: string) => raw.replace('From: ', 'From: "Ann of\r\n the shop"\r\n ')],
    [
      'a name in an encoded word',
      (raw: string) => raw.replace('From: ann@shop.example', 'From: =?utf-8?Q?Ann?= <Ann@Shop.example>'),
    ],
    ['a link', (raw: string) => raw.replace('From: ann@shop.example', 'From: Ann <mailto:ann@shop.example>')],
    ['no text', (raw: string) => raw.replace(/\r\n\r\n[^]*/, '\r\n')],
    ['lone CRs in the text', (raw: string) => raw.replace('Hello', `Hello${'\r'.repeat(60)}you`)],
  ])('honest mail keeps its verdict: %s', async (_name, written) => {
    const raw = Buffer.from(written(plain('ann@shop.example').toString()));
    expect(await check(await signedBy('shop.example', raw), mailbox)).toMatchObject({
      verdict: 'pass',
      grade: 'known',
    });
    expect(await check(raw, from('192.0.2.7'))).toMatchObject({ verdict: 'pass', grade: 'known' });
  });
});

describe('a name service that does not answer', () => {
  const noAnswer = (code: string) => Object.assign(new Error(code), { code });
  /** `broken`: of these domains it says at once that it cannot say; of `slow` it never says anything. */
  const ailing = (...broken: string[]): ReturnType<typeof dnsOf> => {
    const well = dnsOf(zone);
    return vi.fn<MailDns>(async (name, type) => {
      if (name.endsWith('slow.example')) return await new Promise<never>(() => undefined);
      if (broken.some((domain) => name === domain || name.endsWith(`.${domain}`))) throw noAnswer('ESERVFAIL');
      return await well(name, type);
    });
  };
  const signature = (domain: string, selector = 's') =>
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector}; h=from:subject; bh=BH; b=AAAA`;
  /** With the hash of its text, so that the key is looked up. */
  async function alsoSigned(author: string, ...fields: string[]): Promise<Buffer> {
    const raw = await signedBy('evil.example', plain(author));
    const hash = /bh=([^;\s]+)/.exec(raw.toString())?.[1] ?? '';
    return Buffer.concat([
      Buffer.from(fields.map((field) => `${field.replace('bh=BH', `bh=${hash}`)}\r\n`).join('')),
      raw,
    ]);
  }
  const by = (sender: string): MailEnvelope => ({ ...from('203.0.113.9'), from: sender });

  test.each<[string, string, string[], string, string[], string]>([
    ['for the sender of the envelope', 'ceo@strict.example', [], 'x@broken.example', ['broken.example'], 'fail'],
    [
      'for a stranger who signed',
      'ceo@strict.example',
      [signature('broken.example')],
      'x@evil.example',
      ['broken.example'],
      'fail',
    ],
    ['for the host of the author', 'ceo@strict.example', [], 'x@strict.example', ['strict.example'], 'unavailable'],
    [
      'for the host below the author, where that is enough',
      'ceo@strict.example',
      [],
      'x@mail.strict.example',
      ['mail.strict.example'],
      'unavailable',
    ],
    [
      'for the host below the author, where that is not',
      'ceo@exact.example',
      [],
      'x@mail.exact.example',
      ['mail.exact.example'],
      'fail',
    ],
    [
      'for the key of the author',
      'ceo@strict.example',
      [signature('strict.example')],
      'x@evil.example',
      ['_domainkey.strict.example'],
      'unavailable',
    ],
    [
      'for a key below the author, where that is not enough',
      'ceo@exact.example',
      [signature('mail.exact.example')],
      'x@evil.example',
      ['mail.exact.example'],
      'fail',
    ],
    ['for the policy', 'ceo@strict.example', [], 'x@evil.example', ['_dmarc.strict.example'], 'unavailable'],
  ])('%s', async (_name, author, fields, sender, broken, verdict) => {
    expect(await check(await alsoSigned(author, ...fields), by(sender), ailing(...broken))).toMatchObject({ verdict });
  });

  test.concurrent.each([
    ['an author whose policy nothing meets', 'ceo@strict.example', [], 'fail'],
    ['an author whose key there is not', 'ceo@strict.example', [signature('strict.example', 'none')], 'fail'],
    ['an author who signed', 'ann@evil.example', [], 'pass'],
  ])('slow keys of others change nothing for %s', async (_name, author, fields, verdict) => {
    const slow = Array.from({ length: 8 }, (_, index) => signature('slow.example', `s${index}`));
    const begin = performance.now();
    const raw = await alsoSigned(author, ...slow, ...fields);
    expect(await check(raw, by('x@slow.example'), ailing())).toMatchObject({ verdict });
    expect(performance.now() - begin).toBeLessThan(4_000);
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
