import { describe, expect, test } from 'vitest';
import { namesOther } from './link-target.ts';

const evil = 'https://evil.example/pay';

describe('a link whose words name another host', () => {
  test.each([
    'www.bank.example',
    'bank.example',
    'WWW.BANK.EXAMPLE',
    'https://www.bank.example/login',
    '//www.bank.example/login',
    'Log in at www.bank.example',
    'Log in at bank.example.',
    '→ https://www.bank.example/login',
    '→www.bank.example',
    '→//www.bank.example',
    '\u200bwww.bank.example',
    'www.b\u00adank.exa\u2060mple',
    '\u202eelpmaxe.knab.www',
    'ｗｗｗ．bank．example',
    'www.bank․example',
    'www.bаnk.example',
    'bücher.example',
    'xn--bcher-kva.example',
    '请登录www.bank.example确认',
    'https://evil.example@www.bank.example/',
    'https://192.0.2.1/',
    'http://www.bank.example\\@evil.example',
    'evil.example or www.bank.example',
    'evil.example.bank.example',
    'notevil.example',
    'www.bank.example:443/x',
    '(www.bank.example)',
    `${'Dear customer '.repeat(1_000)} www.bank.example`,
  ])('%s', (words) => expect(namesOther(words, new URL(evil))).toBe(true));

  test.each([
    ['evil.example', evil],
    ['EVIL.example', evil],
    ['https://www.evil.example/other', evil],
    ['Shop at shop.example', 'https://click.shop.example/1'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['our shop', evil],
    ['Download report.pdf', evil],
    ['Hello.World', evil],
    ['Thank you.Read more...', evil],
    ['e.g. z.B. a.m. 3.5 1.234,56 v2.0.1 12.03.2026', evil],
    ['谢谢。再见', evil],
    ['请登录www.evil.example确认', evil],
    ['', evil],
    ['ann@gmail.example asked for this', evil],
    ['U.S.A. and Mr. Smith', evil],
    ['http://', evil],
    ['...', evil],
  ])('%s does not, of %s', (words, target) => expect(namesOther(words, new URL(target))).toBe(false));
});
