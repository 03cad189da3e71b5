/** Lines with `>` that somebody shows: what a console wrote, what a manual says. They are the writer's, and stay. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

describe('a colon above them, nothing else quoted, and the mail goes on', () => {
  test.each([
    'Here is what I typed:\n\n> dir\n> cd lamps\n\nand then it hung.\nWhat now?',
    'Die Konsole zeigt:\n> npm start\n> node server.js\nDann passiert nichts.',
    'Your manual says:\n> press the red button\n> for five seconds\n\nNothing happens.',
    '屏幕显示：\n> 请稍候\n> 正在连接\n\n然后就没有反应了。',
  ])('%j', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('a quotation goes all the same', () => {
  test.each([
    ['without a colon', 'Hello,\n\n> Which colour?\n> Day or night?\n\nBlue, at night.', 'Hello,\n\nBlue, at night.'],
    [
      'answered piece by piece',
      'See my answers:\n\n> Which colour?\n> How many?\n\nBlue, two.\n\n> Where to?\n> By when?\n\nHome.',
      'See my answers:\n\nBlue, two.\n\nHome.',
    ],
    [
      'above a name alone',
      'My answer is this:\n\n> it comes\n> on Friday\n\nRegards\nAnn',
      'My answer is this:\n\nRegards\nAnn',
    ],
    ['at the end', 'My answer:\n\n> Which colour?\n> How many?', 'My answer:'],
    ['below a word for writing', 'You wrote:\n\n> it comes\n> on Friday\n\nIt did not.', 'It did not.'],
    ['below a date', 'Desk, 3.3.2026:\n> it comes\n> on Friday\n\nIt did not.', 'Desk, 3.3.2026:\n\nIt did not.'],
    ['below a greeting', 'Dear all:\n\n> it comes\n> on Friday\n\nIt did not.', 'Dear all:\n\nIt did not.'],
  ])('%s', (_name, text, reply) => {
    expect(replyTextOf(text)).toBe(reply);
  });
});

describe('who wrote, in one word, above quoted lines', () => {
  test.each([
    'pisze',
    'kirjoitti',
    'írta',
    'yazdı',
    'έγραψε',
    'написа',
    'rašė',
    'napísal',
    'a scris',
    '写道',
    'menulis',
  ])('%s', (verb) => {
    expect(replyTextOf(`Thank you!\n\nAnn\n\nDesk ${verb}:\n\n> It has left.\n> Track it.`)).toBe('Thank you!\n\nAnn');
  });
});

describe('date, time, address and a colon', () => {
  test.each([
    '03.03.2026, 10:00, "Desk" <desk@centre.test>:',
    'wt., 3 mar 2026 o 10:00 Desk <desk@centre.test> napisał(a):',
    'út 3. 3. 2026 v 10:00 odesílatel Desk <desk@centre.test> napsal:',
  ])('need no blank line below: %s', (line) => {
    expect(replyTextOf(`Thank you!\n\n${line}\nIt has left.\n\nThe desk`)).toBe('Thank you!');
  });

  test.each([
    'On 3.3.2026 at 10:00 I wrote to <desk@centre.test>:\nwhere is the lamp?',
    'My orders of 3.3.2026, 10:00, sent to <desk@centre.test>, are these:\n5 lamps',
  ])('in a sentence are no mark: %s', (text) => {
    expect(replyTextOf(`Hello!\n\n${text}\n\nAnn`)).toBe(`Hello!\n\n${text}\n\nAnn`);
  });
});

test.each([
  ['Please call me.\n\n__\nIda Lee\nSales', 'Please call me.'],
  ['Please call me.\n\n____\nIda Lee\n+49 30 123456', 'Please call me.'],
  ['Fill in the name\n__\nand send it back to me, please.', 'Fill in the name\n__\nand send it back to me, please.'],
])('a line drawn above a name: %j', (text, reply) => {
  expect(replyTextOf(text)).toBe(reply);
});
