import { describe, expect, test } from 'vitest';
import { readAuthenticationResults, readUnnamedResults } from './authentication-results.ts';
import { type MailChecks, senderGrade, verdictOf } from './sender-verdict.ts';

const dkim = (result: string, domain = 'shop.example') => ({ result, domain });

describe('verdict', () => {
  test.each<[string, MailChecks, string, string?]>([
    ['DMARC passes', { dkim: [], dmarc: { result: 'pass', domain: 'shop.example' } }, 'pass'],
    [
      'DMARC fails, though another domain signed',
      { dkim: [dkim('pass', 'mailer.example')], dmarc: { result: 'fail', domain: '' } },
      'fail',
    ],
    ['DMARC of another From counts nothing', { dkim: [], dmarc: { result: 'pass', domain: 'else.example' } }, 'none'],
    [
      'DMARC of its organisation fails',
      { dkim: [], dmarc: { result: 'fail', domain: 'shop.example' } },
      'fail',
      'mail.shop.example',
    ],
    [
      'DMARC of its organisation does not pass for it',
      { dkim: [], dmarc: { result: 'pass', domain: 'shop.example' } },
      'none',
      'mail.shop.example',
    ],
    ['DMARC of one below it fails', { dkim: [], dmarc: { result: 'fail', domain: 'mail.shop.example' } }, 'none'],
    [
      'DMARC of a name that it only ends like fails',
      { dkim: [], dmarc: { result: 'fail', domain: 'hop.example' } },
      'none',
    ],
    ['DMARC of a whole country fails', { dkim: [], dmarc: { result: 'fail', domain: 'example' } }, 'none'],
    [
      'an own signature counts nothing where the check was of another author',
      { dkim: [dkim('pass')], dmarc: { result: 'pass', domain: 'else.example' } },
      'none',
    ],
    ['nor where it read another', { dkim: [dkim('pass')], ofAnother: true }, 'none'],
    ['a failure stays one', { dkim: [], spf: { result: 'fail', domain: 'shop.example' }, ofAnother: true }, 'fail'],
    ['no policy, own signature', { dkim: [dkim('pass')], dmarc: { result: 'none', domain: '' } }, 'pass'],
    ['no policy, signature of a subdomain', { dkim: [dkim('pass', 'mail.shop.example')] }, 'pass'],
    ['no policy, a stranger signed', { dkim: [dkim('pass', 'evil.example')] }, 'none'],
    ['no policy, a name that only ends alike', { dkim: [dkim('pass', 'notshop.example')] }, 'none'],
    ['no policy, own SPF', { dkim: [], spf: { result: 'pass', domain: 'shop.example' } }, 'pass'],
    ['no policy, own SPF fails', { dkim: [], spf: { result: 'fail', domain: 'shop.example' } }, 'fail'],
    ['no policy, own SPF fails softly', { dkim: [], spf: { result: 'softfail', domain: 'shop.example' } }, 'none'],
    [
      'no policy, SPF fails but the signature holds',
      { dkim: [dkim('pass')], spf: { result: 'fail', domain: 'shop.example' } },
      'pass',
    ],
    ['no policy, own signature is broken', { dkim: [dkim('fail')] }, 'fail'],
    [
      'SPF of an envelope that is another domain',
      { dkim: [], spf: { result: 'fail', domain: 'list.example' } },
      'none',
    ],
    ['a signature by a whole country', { dkim: [dkim('pass', 'example')] }, 'none'],
    [
      'nobody answers',
      { dkim: [], spf: { result: 'temperror', domain: 'shop.example' }, dmarc: { result: 'temperror', domain: '' } },
      'unavailable',
    ],
    [
      'nothing is published',
      { dkim: [], spf: { result: 'none', domain: 'shop.example' }, dmarc: { result: 'none', domain: '' } },
      'none',
    ],
  ])('%s', (_name, checks, verdict, fromDomain = 'shop.example') => {
    expect(verdictOf(fromDomain, checks)).toBe(verdict);
  });

  test('there is none without a domain', () => {
    expect(verdictOf('', { dkim: [dkim('pass', '')] })).toBe('none');
  });
});

describe('grade', () => {
  const plain = {
    soleAuthor: true,
    judged: true,
    addedTo: false,
    fromUs: false,
    fromTrustedHost: false,
    strict: false,
  };
  test.each([
    [{ verdict: 'pass' }, 'known'],
    [{ verdict: 'fail' }, 'claimed'],
    [{ verdict: 'none' }, 'known'],
    [{ verdict: 'unavailable' }, 'known'],
    [{ verdict: 'none', strict: true }, 'claimed'],
    [{ verdict: 'unavailable', strict: true }, 'claimed'],
    [{ verdict: 'pass', strict: true }, 'known'],
    [{ verdict: 'pass', soleAuthor: false }, 'claimed'],
    [{ verdict: 'pass', judged: false }, 'claimed'],
    [{ verdict: 'none', judged: false }, 'claimed'],
    [{ verdict: 'none', addedTo: true }, 'claimed'],
    [{ verdict: 'none', fromUs: true }, 'claimed'],
    [{ verdict: 'none', fromUs: true, fromTrustedHost: true }, 'known'],
    [{ verdict: 'fail', fromUs: true, fromTrustedHost: true }, 'claimed'],
    [{ verdict: 'pass', fromUs: true }, 'known'],
  ] as const)('%o is %s', (input, grade) => {
    expect(senderGrade({ ...plain, ...input })).toBe(grade);
  });
});

describe('Authentication-Results', () => {
  test.each([
    [
      'mx.example.com; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=shop.example; spf=pass (google.com: domain of a@shop.example designates 1.2.3.4) smtp.mailfrom=a@shop.example; dkim=pass header.i=@shop.example header.s=k header.b=Ab',
      {
        spf: { result: 'pass', domain: 'shop.example' },
        dkim: [{ result: 'pass', domain: 'shop.example' }],
        dmarc: { result: 'pass', domain: 'shop.example' },
      },
    ],
    ['mx.example.com 1; none', { dkim: [] }],
    [
      'mx.example.com/1; dkim=fail (a comment; dmarc=pass (nested)) header.d=shop.example; dkim/1 = pass header.d="other.example"',
      {
        dkim: [
          { result: 'fail', domain: 'shop.example' },
          { result: 'pass', domain: 'other.example' },
        ],
      },
    ],
    [
      '"mx.example.com"; spf=pass reason="a; dmarc=pass" smtp.mailfrom=shop.example',
      { spf: { result: 'pass', domain: 'shop.example' }, dkim: [] },
    ],
    [
      'mx.example.com; spf=pass smtp.mailfrom="x@shop.example"@evil.example; dkim=pass header.i="x@shop.example"@evil.example; dmarc=pass header.from="shop.example"',
      {
        spf: { result: 'pass', domain: 'evil.example' },
        dkim: [{ result: 'pass', domain: 'evil.example' }],
        dmarc: { result: 'pass', domain: 'shop.example' },
      },
    ],
    [
      String.raw`mx.example.com; spf=pass smtp.mailfrom="a\"@shop.example b\\"@evil.example; dkim=pass header.d="shop\.example"`,
      { spf: { result: 'pass', domain: 'evil.example' }, dkim: [{ result: 'pass', domain: 'shop.example' }] },
    ],
    [
      String.raw`mx.example.com; spf=pass smtp.mailfrom="\"a;@shop.example\"@evil.example"`,
      { spf: { result: 'pass', domain: 'evil.example' }, dkim: [] },
    ],
    [
      'mx.example.com; dkim=pass reason="of header.d=shop.example" header.d=evil.example',
      { dkim: [{ result: 'pass', domain: 'evil.example' }] },
    ],
    [
      'mx.example.com; dkim=pass header.i="x header.d=shop.example"@evil.example',
      { dkim: [{ result: 'pass', domain: 'evil.example' }] },
    ],
  ])('%s', (value, checks) => {
    expect(readAuthenticationResults(value)?.checks).toEqual(checks);
  });

  test('of a host that leaves its name out', () => {
    const written =
      'spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=else.example; hotmail.com; dkim=none (message not signed) header.d=none;dmarc=fail action=oreject header.from=Shop.example;compauth=fail reason=000';
    expect(readUnnamedResults(written)).toEqual({
      spf: { result: 'fail', domain: 'else.example' },
      dkim: [{ result: 'none', domain: 'none' }],
      dmarc: { result: 'fail', domain: 'shop.example' },
    });
    expect(readUnnamedResults('mx.example.com; dmarc=pass')).toBeUndefined();
  });

  test.each(['', ';', 'dmarc=pass', 'mx.example.com 2; dmarc=pass', '(((((', '"'])('%j is none', (value) => {
    expect(readAuthenticationResults(value)?.checks.dmarc).toBeUndefined();
  });
});
