/** What hosts that we trust write into a mail, and what others write in their names. */
import { mailProviderPresets } from '@patchbay/contracts';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, test } from 'vitest';
import { check, dnsOf, from, plain, privateKey, signed, zone } from './signed-mails.ts';

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
      from: 'ann@shop.example',
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

  test.each([
    ['another author', 'dmarc=pass header.from=evil.example; dkim=pass header.d=shop.example', 'none', 'claimed'],
    ['a name that only ends alike', 'dmarc=pass header.from=notshop.example', 'none', 'claimed'],
    [
      'the organisation of the author, which fails',
      'dmarc=fail header.from=example.org',
      'fail',
      'claimed',
      'ann@mail.example.org',
    ],
    [
      'the organisation of the author',
      'dmarc=none header.from=example.org; dkim=pass header.d=example.org',
      'pass',
      'known',
      'ann@mail.example.org',
    ],
  ])('results about %s', async (_name, results, verdict, grade, author = 'ann@shop.example') => {
    const raw = plain(author, `Authentication-Results: mx.centre.test; ${results}`, received);
    expect(await check(raw, from('127.0.0.1'))).toMatchObject({ verdict, grade });
  });

  test('its word on a head with lone CRs confirms nobody', async () => {
    const raw = `${told('mx.centre.test').replace('header.from=shop.example', '')}\r\nX-A: 1\rFrom: ann@shop.example\rSubject: Pay\r\rPay me${'\r'.repeat(60)}\r\nFrom: x@evil.example\r\n\r\nx`;
    expect(await check(Buffer.from(raw), from('127.0.0.1'))).toMatchObject({
      from: 'ann@shop.example',
      verdict: 'none',
      grade: 'claimed',
    });
  });

  test('results that a host wrote count nothing when a stranger hands them over', async () => {
    expect(await check(plain('ann@shop.example', told('mx.centre.test')), from('203.0.113.9'))).toMatchObject({
      verdict: 'fail',
    });
  });
});

describe('behind a host that writes a field for each of its filters', () => {
  const told = (results: string, id = 'mx.centre.test') => `Authentication-Results: ${id}; ${results}`;
  const by = (host: string) => `Received: from x by ${host}; Tue, 3 Mar 2026 10:00:00 +0000`;
  const takenIn = by('mx.centre.test');
  const fails = told('dkim=none; dmarc=fail header.from=shop.example');
  const signs = told('dkim=pass header.d=shop.example');
  const allows = told('spf=pass smtp.mailfrom=shop.example');
  const meets = told('dmarc=pass header.from=shop.example');
  const silent = told('dmarc=none header.from=shop.example');
  const stranger = told('dkim=pass header.d=evil.example');
  const named = { authservId: 'mx.centre.test' };

  test.each<[string, string[], object, string, string]>([
    ['a failure beneath another filter’s', [stranger, fails, takenIn], named, 'fail', 'claimed'],
    ['beneath nothing said', [told('none'), fails, takenIn], named, 'fail', 'claimed'],
    ['above', [fails, stranger, takenIn], named, 'fail', 'claimed'],
    [
      'beneath the Received by which a filter handed it back',
      [by('mx.centre.test'), stranger, by('localhost'), fails, takenIn],
      named,
      'fail',
      'claimed',
    ],
    ['beneath a confirmation', [meets, fails, takenIn], named, 'fail', 'claimed'],
    ['where no name is configured', [stranger, fails, takenIn], {}, 'fail', 'claimed'],
    [
      'where none is, beneath the Received of a filter',
      [stranger, by('localhost'), fails, takenIn],
      {},
      'fail',
      'claimed',
    ],
    [
      'where none is, by a filter of another name',
      [stranger, told('dmarc=fail', 'OpenDMARC'), takenIn],
      {},
      'fail',
      'claimed',
    ],
    ['a failure of a signature', [silent, told('dkim=fail header.d=shop.example'), takenIn], named, 'fail', 'claimed'],
    [
      'a failure of SPF',
      [stranger, told('spf=fail smtp.mailfrom=shop.example'), by('localhost'), takenIn],
      named,
      'fail',
      'claimed',
    ],
    [
      'of another author, on an earlier way',
      [meets, takenIn, told('dmarc=fail header.from=list.example'), takenIn],
      named,
      'pass',
      'known',
    ],
    ['of another host', [silent, told('dmarc=fail', 'mx.evil.example'), takenIn], named, 'none', 'known'],
  ])('fails: %s', async (_name, headers, trust, verdict, grade) => {
    const raw = plain('ann@shop.example', ...headers);
    expect(await check(raw, from('127.0.0.1'), dnsOf(zone), trust)).toMatchObject({ verdict, grade });
    const mailbox = { from: null, to: [], trustedAuthservId: 'mx.centre.test' };
    if (trust === named) expect(await check(raw, mailbox)).toMatchObject({ verdict, grade });
  });

  test.each<[string, string[], object]>([
    ['a signature', [silent, signs, takenIn], named],
    ['SPF', [told('dkim=none'), allows, takenIn], named],
    ['DMARC', [told('spf=none smtp.mailfrom=else.example'), stranger, meets, takenIn], named],
    ['a signature, beside one that is broken', [told('dkim=fail header.d=shop.example'), signs, takenIn], named],
    [
      'SPF, beside a failure on an earlier way',
      [silent, allows, takenIn, told('spf=fail smtp.mailfrom=shop.example'), takenIn],
      named,
    ],
    ['a signature, where no name is configured', [silent, signs, takenIn], {}],
  ])('confirms: %s', async (_name, headers, trust) => {
    const raw = plain('ann@shop.example', ...headers);
    const strict = { ...trust, strictSenders: true };
    expect(await check(raw, from('127.0.0.1'), dnsOf(zone), strict)).toMatchObject({ verdict: 'pass', grade: 'known' });
  });

  test.each<[string, string[], object]>([
    ['beneath the Received of the host', [silent, takenIn, signs, meets, allows], named],
    ['between that and a forged one', [silent, takenIn, signs, takenIn], named],
    ['beside what the host wrote beneath its own', [takenIn, silent, signs, meets, allows], named],
    ['there, above a forged one', [takenIn, silent, signs, meets, allows, takenIn], named],
    ['there, behind a relay', [by('inner.centre.test'), takenIn, silent, signs, takenIn], named],
    ['in a mail that came from nowhere', [silent, signs, meets], named],
    ['beneath the Received, where no name is configured', [silent, takenIn, signs, meets], {}],
    ['in a mail from nowhere, where none is', [silent, signs, meets], {}],
    [
      'by the name of another host',
      [silent, told('dkim=pass header.d=shop.example', 'mx.evil.example'), takenIn],
      named,
    ],
  ])('confirms nobody where a stranger can have written it: %s', async (_name, headers, trust) => {
    const raw = plain('ann@shop.example', ...headers);
    expect(await check(raw, from('127.0.0.1'), dnsOf(zone), trust)).toMatchObject({ verdict: 'none', grade: 'known' });
  });

  test('a confirmation beside one about another author vouches for nobody', async () => {
    const raw = plain('ann@shop.example', meets, told('dmarc=pass header.from=evil.example'), takenIn);
    expect(await check(raw, from('127.0.0.1'), dnsOf(zone), named)).toMatchObject({
      verdict: 'none',
      grade: 'claimed',
    });
  });

  test('a good signature that two filters tell of is one', async () => {
    const forged = 'DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=k; h=from; bh=AAAA; b=AAAA';
    const { signatures } = await dkimSign(plain('ann@shop.example'), {
      signatureData: [{ signingDomain: 'shop.example', selector: 'k', privateKey, maxBodyLength: 7 }],
    } as never);
    const again = told('dkim=pass header.i=@news.shop.example');
    const head = [signs, again, takenIn, forged].join('\r\n');
    const raw = Buffer.from(
      `${head}\r\n${signatures}${String(plain('ann@shop.example'))}\r\nSend the money elsewhere.\r\n`,
    );
    expect(await check(raw, from('127.0.0.1'), dnsOf(zone), named)).toMatchObject({
      verdict: 'none',
      grade: 'claimed',
    });
  });
});

describe('in a mailbox at Microsoft', () => {
  const envelope = {
    from: null,
    to: ['service@centre.test'],
    trustedAuthservId: mailProviderPresets.microsoft.authservId,
  };
  const told = (result: string, author = 'shop.example') =>
    `Authentication-Results: spf=${result} (sender IP is 192.0.2.1)\r\n smtp.mailfrom=${author}; dkim=none (message not signed)\r\n header.d=none;dmarc=${result} action=none header.from=${author};compauth=${result} reason=100`;
  const handedOn =
    'Received: from DB5FT011.eop-EUR02.prod.protection.outlook.com (2603:10a6:6:28:cafe::3b)\r\n by DB6P191CA0002.outlook.office365.com (2603:10a6:6:28::12) with Microsoft SMTP Server; Tue, 3 Mar 2026 10:00:01 +0000';
  const takenIn =
    'Received: from mail.shop.example (192.0.2.1) by\r\n DB5FT011.mail.protection.outlook.com (10.13.58.70) with Microsoft SMTP Server; Tue, 3 Mar 2026 10:00:00 +0000';
  const spf =
    'Received-SPF: Pass (protection.outlook.com: domain of shop.example designates 192.0.2.1 as permitted sender)';

  test.each([
    ['what it says is believed', [handedOn, told('pass'), spf, takenIn], 'pass', 'known'],
    ['a failure, too', [handedOn, told('fail'), spf, takenIn], 'fail', 'claimed'],
    ['about another author it says nothing', [handedOn, told('pass', 'evil.example'), spf, takenIn], 'none', 'claimed'],
    ['only the topmost counts', [handedOn, told('fail'), spf, takenIn, told('pass'), takenIn], 'fail', 'claimed'],
    ['what a sender wrote stands below', [handedOn, takenIn, told('pass'), takenIn], 'none', 'known'],
    [
      'what a sender wrote in its name',
      [handedOn, takenIn, `Authentication-Results: ${envelope.trustedAuthservId}; dmarc=pass`],
      'none',
      'known',
    ],
    [
      'what did not come in there',
      [told('pass'), 'Received: from x by mail.protection.outlook.com.evil.example; x'],
      'none',
      'known',
    ],
    ['what came from nowhere', [told('pass')], 'none', 'known'],
    [
      'a field of another host on top',
      [`Authentication-Results: mx.evil.example; dmarc=pass`, takenIn],
      'none',
      'known',
    ],
  ])('%s', async (_name, headers, verdict, grade) => {
    expect(await check(plain('ann@shop.example', ...headers), envelope)).toMatchObject({ verdict, grade });
  });

  test('elsewhere a field without a name is nobody’s', async () => {
    const raw = plain('ann@shop.example', told('pass'), takenIn);
    expect(await check(raw, { ...envelope, trustedAuthservId: 'mx.google.com' })).toMatchObject({ verdict: 'none' });
  });
});
