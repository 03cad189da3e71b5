import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { joinedLines } from './flowed-text.ts';

const told = 'On 3/3/26 10:15, Support wrote:';

describe('broken lines', () => {
  test.each([
    ['are joined', ['Yes, the ', 'blue ', 'one.', '', 'Ann '], ['Yes, the blue one.', '', 'Ann ']],
    [
      'also quoted',
      ['> Which of the ', '> two?', '>', '>> Red ', '>> or blue?'],
      ['> Which of the two?', '>', '>> Red or blue?'],
    ],
    ['not with an answer', ['> Which? ', 'Blue. ', '> When?'], ['> Which? ', 'Blue. ', '> When?']],
    ['not with what introduces a quotation', [`${told} `, '> Which?'], [`${told} `, '> Which?']],
    ['not with a signature', ['Blue. ', '-- ', 'Ann', '> -- ', '> Desk'], ['Blue. ', '-- ', 'Ann', '> -- ', '> Desk']],
    [
      'without the blanks before what might be taken for something else',
      [' From me ', ' >and  ', '  you', '>  > so'],
      ['From me >and   you', '>  > so'],
    ],
    ['quoted without a blank', ['>One ', '>two'], ['> One two']],
  ])('%s', (_name, lines, joined) => expect(joinedLines(lines.join('\n'), false)).toBe(joined.join('\n')));

  test('lose the blanks that are not of the text', () => {
    expect(joinedLines('日本 \n語 \nです。\n> 引 \n> 用', true)).toBe('日本語です。\n> 引用');
  });

  test('what was written comes out of them again', () => {
    const word = fc.stringMatching(/^[a-z>]{1,8}$/);
    const written = fc.record({ depth: fc.nat(3), words: fc.array(word, { maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(written, { maxLength: 10 }), (lines) => {
        const shown = lines.map(
          ({ depth, words }) => `${'>'.repeat(depth)}${depth > 0 && words.length > 0 ? ' ' : ''}${words.join(' ')}`,
        );
        const sent = lines.flatMap(({ depth, words }) => {
          const pieces = Array.from({ length: Math.ceil(words.length / 3) }, (_, at) =>
            words.slice(3 * at, 3 * at + 3).join(' '),
          );
          const broken = pieces.map((piece, at) => (at < pieces.length - 1 ? `${piece} ` : piece));
          return (broken.length > 0 ? broken : ['']).map(
            (piece) => `${'>'.repeat(depth)}${piece === '' ? '' : ' '}${piece}`,
          );
        });
        expect(joinedLines(sent.join('\n'), false)).toBe(shown.join('\n'));
      }),
    );
  });
});

describe('a reply in broken lines', () => {
  const read = async (type: string, ...lines: string[]) =>
    await parseMail(
      mailOf(
        'From: ann@example.com',
        'Subject: Re: Chair',
        'MIME-Version: 1.0',
        `Content-Type: text/plain; charset=utf-8; ${type}`,
        '',
        ...lines,
      ),
      { from: null, to: [] },
      testDeps(),
    );

  test.each([
    [
      'below its quotation',
      [told, '> We have two. Which of them do ', '> you want?', '', 'The blue ', 'one.'],
      'The blue one.',
    ],
    [
      'between quoted lines',
      ['Hi, see below.', '', told, '> Which? ', 'Blue.', '> And when? ', 'On Monday.'],
      'Hi, see below.\n\nBlue.\nOn Monday.',
    ],
    [
      'above a quotation whose introduction ends in a blank',
      ['Fine.', '', `${told} `, '> Which of the ', '> two?'],
      'Fine.',
    ],
    ['with a signature', ['Blue. ', '', told, '> -- ', '> Desk', '', '-- ', 'Ann'], 'Blue.'],
  ])('%s', async (_name, lines, reply) => expect((await read('format=flowed', ...lines)).replyText).toBe(reply));

  test('is joined whatever its letters are in', async () => {
    expect((await read('format=Flowed; delsp=Yes', '日本 ', '語です。')).text).toBe('日本語です。');
    expect((await read('', 'One ', 'two')).text).toBe('One \ntwo');
  });
});
