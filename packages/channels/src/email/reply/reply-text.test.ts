import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { replyTextOf } from './reply-text.ts';
import { parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';

const marks: Record<string, string> = {
  english: 'On Tue, 3 Mar 2026 at 10:00, Service <service@centre.test> wrote:',
  'english over two lines': 'On Tue, 3 Mar 2026 at 10:00, The Service of the Centre\n<service@centre.test> wrote:',
  german: 'Am 03.03.2026 um 10:00 schrieb Service <service@centre.test>:',
  french: 'Le mar. 3 mars 2026 à 10:00, Service <service@centre.test> a écrit :',
  spanish: 'El mar, 3 mar 2026 a las 10:00, Service (<service@centre.test>) escribió:',
  italian: 'Il giorno mar 3 mar 2026 alle ore 10:00 Service <service@centre.test> ha scritto:',
  portuguese: 'Em ter., 3 de mar. de 2026 às 10:00, Service <service@centre.test> escreveu:',
  'simplified chinese': '在 2026年3月3日,10:00,Service <service@centre.test> 写道:',
  'simplified chinese of Gmail': 'Service <service@centre.test> 于2026年3月3日周二 10:00写道:',
  'traditional chinese': 'Service <service@centre.test> 於 2026年3月3日 週二 上午10:00寫道:',
  japanese: '2026年3月3日(火) 10:00 Service <service@centre.test>:',
  outlook:
    '-----Original Message-----\nFrom: Service <service@centre.test>\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: Your order',
  'outlook block':
    '________________________________\nFrom: Service <service@centre.test>\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: Your order',
  'outlook in german':
    'Von: Service <service@centre.test>\nGesendet: Dienstag, 3. März 2026 10:00\nAn: Ann\nBetreff: Ihre Bestellung',
  'outlook in chinese': '发件人: Service <service@centre.test>\n发送时间: 2026年3月3日 10:00\n收件人: Ann\n主题: 订单',
  qq: '------------------ 原始邮件 ------------------\n发件人: "Service" <service@centre.test>;',
};

describe('reply above a quotation', () => {
  test.each(Object.entries(marks))('%s', (_name, mark) => {
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${mark}\n\nYour order has left.\n`)).toBe('Thank you!\n\nAnn');
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${mark}\n> Your order has left.\n`)).toBe('Thank you!\n\nAnn');
  });
});

describe('other shapes', () => {
  test.each([
    ['an answer below', 'On Tue, 3 Mar 2026, Service wrote:\n> When?\n> Where?\n\nTomorrow.', 'Tomorrow.'],
    ['answers in between', '> When?\n> Day or night?\nyes\n> And where?\n> Which hall?\nHere.', 'yes\nHere.'],
    ['a signature', 'Tomorrow.\n-- \nAnn\n+49 30 1', 'Tomorrow.'],
    ['a device', 'Tomorrow.\n\nSent from my iPhone', 'Tomorrow.'],
    ['all quotation', '> When?\n> Where?', '> When?\n> Where?'],
    [
      'forwarded',
      'See below\n\n---------- Forwarded message ----------\nFrom: a@x\nSubject: b\n\nText',
      'See below\n\n---------- Forwarded message ----------\nFrom: a@x\nSubject: b\n\nText',
    ],
    ['a journey', 'From: Paris\nTo: Rome\nDate: tomorrow', 'From: Paris\nTo: Rome\nDate: tomorrow'],
    ['a sentence', 'On Monday I wrote:\nwhere is it?', 'On Monday I wrote:\nwhere is it?'],
    ['one sign', 'Visit us\n> here <\nnow', 'Visit us\n> here <\nnow'],
  ])('%s', (_name, text, reply) => {
    expect(replyTextOf(text)).toBe(reply);
  });

  test('takes linear time', () => {
    const begin = performance.now();
    for (const unit of ['On 1 ', '> ', 'From: a@b\n', 'On 1\n', '2026-01-01 \n', '在 ', '\n', '- ', '_'])
      replyTextOf(unit.repeat(15_000));
    expect(performance.now() - begin).toBeLessThan(4_000);
  });
});

test.each([
  'Sent\u00a0from\u00a0my\u00a0iPhone',
  'Von\u00a0meinem iPhone\u00a0gesendet',
  'De\u00a0la: Desk <desk@centre.test>\nTrimis: marți, 3 martie 2026 10:00\nCătre: Ann\nSubiect: Lampa\n\nOlder',
  '> Older\n\n> And more of it\n\n> to its end',
  '"Desk" <desk@centre.test>\n03/03/2026 10:00\u202fAM\n\nTo\n<ida@firm.example>\ncc\n\nSubject\nLamp\n\nOlder',
  'Από: Desk <desk@centre.test>\n\nΕστάλη: Τρίτη, 3 Μαρτίου 2026 10:00 πμ\n\nΠρος: Ann\n\nΘέμα: Λάμπα\n\nOlder',
  'من: Desk <desk@centre.test>\n\nتاريخ الإرسال: 03/مارس/2026 10:00 ص\n\nإلى: Ann\n\nالموضوع: مصباح\n\nOlder',
])('spaces that do not break, and blank lines between all others: %j', (below) => {
  expect(replyTextOf(`Thank you!\n\n${below}`)).toBe('Thank you!');
});

test('a block of headers run together begins the quotation', () => {
  expect(replyTextOf('Thank you!\n\nFrom: bob@example.com Date: Thu, 24 Mar 2016 08:07:12 -0700\nOlder')).toBe(
    'Thank you!',
  );
});

const corpus = process.env['CORPUS_DIR'];
if (corpus === undefined) console.warn('SKIPPED: quotation corpus, CORPUS_DIR is not set');

const cases = () =>
  z
    .array(
      z.object({ id: z.string(), kind: z.string().optional(), input: z.string(), expect_reply: z.string().optional() }),
    )
    .parse(JSON.parse(readFileSync(join(corpus ?? '', 'quote/cases.json'), 'utf8')));
const words = (text: string) => text.replace(/[\s>]+/g, ' ').trim();
/** An expected reply in HTML as its text. */
const shown = (html: string) => words(html.replace(/<[^<>]*>/g, ' ').replaceAll('&#160;', ' '));

async function replyInMail(item: { kind?: string | undefined; input: string }): Promise<string> {
  if (item.kind !== 'html') return replyTextOf(item.input);
  const raw = Buffer.from(`From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${item.input}`);
  return (await parseMail(raw, { from: null, to: [] }, testDeps())).replyText ?? '';
}

test.skipIf(corpus === undefined)('corpus: the reply is what a person expects', async () => {
  const misses: string[] = [];
  let compared = 0;
  for (const item of cases()) {
    // Where a reply is expected of HTML that has words, and the source says none, it compares in another way.
    if (item.expect_reply === undefined || (item.kind === 'html' && item.expect_reply === '' && item.input !== ''))
      continue;
    compared += 1;
    const want = item.kind === 'html' ? shown(item.expect_reply) : words(item.expect_reply);
    if (words(await replyInMail(item)) !== want) misses.push(item.id);
  }
  console.info(`quotation corpus: ${compared - misses.length} of ${compared}; not: ${misses.join(', ')}`);
  expect(compared).toBeGreaterThan(50);
  expect(misses.length / compared).toBeLessThan(0.1);
});
