import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { textOfHtml } from './html-text.ts';

const address = '<div>Jane Roe</div><div>Main Street 5</div><div>12345 Town</div>';
const told =
  'On Tue, Mar 3, 2026 at 10:15 AM Desk &lt;<a href="mailto:desk@centre.test">desk@centre.test</a>&gt; wrote:';
const fields =
  '<b>From:</b> Desk &lt;desk@centre.test&gt;<br><b>Sent:</b> Tuesday, 3 March 2026 10:15<br><b>To:</b> Jane<br><b>Subject:</b> Order<br><br>';
const indented = {
  'the button of Gmail': `<blockquote style="margin:0 0 0 40px;border:none;padding:0px">${address}</blockquote>`,
  'the button of Gmail, of old': `<blockquote class="gmail_quote" style="margin:0 0 0 40px;border:none;padding:0px">${address}</blockquote>`,
  'Apple Mail': `<blockquote class="webkit-indent-blockquote" style="margin: 0 0 0 40px; border: none; padding: 0px;">${address}</blockquote>`,
  Word: `<blockquote style="margin-left:36pt;border-left:none">${address}</blockquote>`,
  nothing: `<blockquote>${address}</blockquote>`,
};

async function reply(html: string): Promise<string | undefined> {
  const raw = mailOf(
    'From: jane@example.com',
    'Subject: Re: Order',
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
  );
  return (await parseMail(raw, { from: null, to: [] }, testDeps())).replyText;
}

describe('what is only set in', () => {
  test.each(Object.entries(indented))('by %s is there', async (_name, part) => {
    const html = `<div>Please deliver to:</div>${part}<div>Thanks</div>`;
    expect(textOfHtml(html)).toBe('Please deliver to:\nJane Roe\nMain Street 5\n12345 Town\n\nThanks');
    expect(await reply(html)).toBe(textOfHtml(html));
    const answer = `${html}<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">Where<br>to?</blockquote></div>`;
    expect(await reply(answer)).toBe(textOfHtml(html));
  });

  test('below a quotation', async () => {
    const html = `<div>${told}</div><blockquote type="cite">Where<br>to?</blockquote><div>To:</div>${indented.nothing}`;
    expect(await reply(html)).toBe('To:\nJane Roe\nMain Street 5\n12345 Town');
  });

  test('in each other, in lists and in tables', () => {
    expect(
      textOfHtml(
        `A<blockquote>B<blockquote>C</blockquote></blockquote><ul><li>D<blockquote>E</blockquote></li></ul><table><tr><td>F</td><td><blockquote>G</blockquote></td></tr></table>`,
      ),
    ).toBe('A\n\nB\n\nC\n\n * D\n   \n   E\n\nF\tG');
  });
});

describe('a quotation', () => {
  test.each([
    ['by its type', `<p>Red.</p><blockquote type="cite">Which?<br>Red or blue?</blockquote>`],
    ['by its name', `<p>Red.</p><blockquote class="tutanota_quote">Which?<br>Red or blue?</blockquote>`],
    [
      'by the line on its left',
      `<p>Red.</p><blockquote style="border: none; BORDER-LEFT: #CCC 1.0pt solid">Which?<br>Red or blue?</blockquote>`,
    ],
    ['by what stands above', `<p>Red.</p><p>${told}</p><blockquote>Which?<br>Red or blue?</blockquote>`],
    ['by what its first line says', `<p>Red.</p><blockquote><div>${told}</div>Which?<br>Red or blue?</blockquote>`],
    [
      'by the fields in it',
      `<p>Red.</p><blockquote style="margin-left:0.5em"><div>&nbsp;</div>${fields}Which?</blockquote>`,
    ],
    ['by the fields above', `<p>Red.</p><div>${fields}</div><blockquote>Which?<br>Red or blue?</blockquote>`],
    [
      'as Gmail has it',
      `<p>Red.</p><div class="gmail_quote"><div class="gmail_attr">არავინ:</div><blockquote class="gmail_quote">Which?<br>Red or blue?</blockquote></div>`,
    ],
  ])('is known %s', async (_name, html) => expect(await reply(html)).toBe('Red.'));

  test('is known between answers', async () => {
    const quoted = (text: string) => `<blockquote>${text}</blockquote>`;
    expect(await reply(`<p>${told}</p>${quoted('Which?')}<p>Red.</p>${quoted('When?<br>Where?')}<p>Today.</p>`)).toBe(
      'Red.\n\nToday.',
    );
  });

  test('has the signs of its depth', () => {
    expect(textOfHtml(`<blockquote type="cite">A<blockquote>B</blockquote></blockquote>`)).toBe('> A\n> \n> > B');
  });

  test('of very many in each other', () => {
    const begun = process.cpuUsage();
    expect(textOfHtml(`${'<blockquote type="cite">'.repeat(900)}${'x<br>'.repeat(100_000)}`)).toMatch(/^(> ){20}x\n/);
    expect(textOfHtml(`${'<blockquote>'.repeat(900)}${'x<br>'.repeat(100_000)}`)).toMatch(/^x\nx/);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(5_000);
  });
});
