/** What HTML of a mail is read as. */
import { createHider, possibleIdentifiers } from '@patchbay/domain';
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { textOfHtml } from './html-text.ts';

describe('tables', () => {
  test.each([
    [
      'rows and cells stand apart',
      '<table><thead><tr><th>Item</th><th>Price</th></tr></thead>\n<tbody><tr><td>4711</td> <td> 15.00 </td></tr></tbody></table>',
      'Item\tPrice\n4711\t15.00',
    ],
    [
      'also where cells are paragraphs, as Outlook has them',
      '<table><tr><td><p>Item<o:p></o:p></p></td><td><p>Price</p></td></tr><tr><td><p>4711</p></td><td><p>15.00</p></td></tr></table><p>Bye</p>',
      'Item\tPrice\n4711\t15.00\n\nBye',
    ],
    [
      'tables that only lay out are read from the top',
      '<table><tr><td><img src="a.png"></td></tr><tr><td>&nbsp;</td><td><table><tr><td><p>Dear Ann,</p><p>it is <b>here</b>.</p></td></tr></table></td></tr><tr><td><table><tr><td>Call us</td></tr></table></td></tr></table>',
      'Dear Ann,\n\nit is here.\n\nCall us',
    ],
    [
      'a cell of several lines has them for itself',
      '<table><tr><td>Name</td><td>Ann</td></tr><tr><td>Message</td><td>It is broken.<br>Please call.</td></tr><tr><td>A<br>1</td><td>B<br>2</td></tr></table>',
      'Name\tAnn\n\nMessage\nIt is broken.\nPlease call.\n\nA\n1\n\nB\n2',
    ],
    [
      'nothing is lost that stands in no cell or row',
      'One<table>Two<caption>Three</caption><tr>Four<form><td>Five</td></form></tr><tr><div>Six</div></tr></table>',
      'One\n\nTwo\nThree\nFour\tFive\nSix',
    ],
    ['nor in no table', '<tr><td>One</td><td>Two</td></tr>', 'One\nTwo'],
    [
      'terms and what they mean',
      '<dl><dt>Colour</dt><dd>blue</dd><dt>Size</dt><dd>XL</dd></dl>',
      'Colour\nblue\nSize\nXL',
    ],
  ])('%s', (_name, html, text) => expect(textOfHtml(html)).toBe(text));
});

describe('words', () => {
  test.each([
    ['headings as they are written', '<h1>Order aBc12xY</h1><p>Where is it?</p>', 'Order aBc12xY\n\nWhere is it?'],
    ['lines as long as they are', `<p>${'word '.repeat(60)}</p>`, 'word '.repeat(60).trim()],
    [
      'what stands outside of the body',
      '<p>Yes</p><html><head><title>No</title></head><body>No</body></html>Ann',
      'Yes\n\nNo\nAnn',
    ],
    ['words without the marks of where they break', 'ann@&#8203;example.org Haus&shy;tür', 'ann@example.org Haustür'],
    ['the letters of Persian and families', 'می‌خواهم 👨‍👩‍👧', 'می‌خواهم 👨‍👩‍👧'],
    ['no rows of what is not seen', `<p>News${'&zwnj;&nbsp;'.repeat(40)}</p><p>Hi</p>`, 'News \n\nHi'],
    [
      'lists',
      '<p>A:</p><ul><li>b<ol start="3"><li>c</li><li>d</li></ol></li></ul><ol type="i" start="99999"><li>e</li></ol>',
      'A:\n\n * b\n   3. c\n   4. d\n\n 99999. e',
    ],
    ['choices', '<select><option>One</option><option>Two</option></select>', 'One\nTwo'],
  ])('%s', (_name, html, text) => expect(textOfHtml(html)).toBe(text));
});

describe('pictures and links', () => {
  test.each([
    ['what a picture says', 'Hi <img src="https://x.example/a.png" alt="Lamp"><img src="cid:a">!', 'Hi Lamp!'],
    ['where a link leads', '<a href="https://x.example/a?b=1&amp;c=2">here</a>', 'here [https://x.example/a?b=1&c=2]'],
    [
      'not twice',
      '<a href="https://www.x.example/">x.example</a> <a href="mailto:a@b.example?subject=x">a@b.example</a>',
      'x.example a@b.example',
    ],
    ['a number once', '<a href="tel:+49301234567">+49 30 1234567</a>', '+49 30 1234567'],
    [
      'not where there is nothing to read',
      'Hi <a href="https://x.example"><img src="https://x.example/i.png"></a>',
      'Hi',
    ],
    ['nor where it leads nowhere', '<a href="#top">Top</a> <a href="javascript:x()">Run</a>', 'Top Run'],
    [
      'links in each other',
      '<a href="https://x.example">a <a href="https://y.example">b</a></a>',
      'a b [https://x.example]',
    ],
  ])('%s', (_name, html, text) => expect(textOfHtml(html)).toBe(text));
});

describe('HTML that nests deep', () => {
  test.each(['<div>', '<table><tr><td>', '<ul><li>', '<b>', '<a href="https://x.example">'])('900 of %s', (tag) => {
    expect(textOfHtml(`<p>Above</p>${tag.repeat(900)}within`)).toMatch(/^Above\s+(\* ){0,20}(within|\.\.\.)/);
  });

  test('deeper than anybody writes is not read', () => {
    expect(textOfHtml(`${'<div>'.repeat(2_000)}within`)).toBe('');
    expect(textOfHtml(`${'<div></div><p><!-- <div> -->'.repeat(2_000)}within`)).toContain('within');
  });
});

describe('a web form that comes as HTML', () => {
  const form =
    '<table><tr><td>E-Mail</td><td>jane@customer.example</td></tr><tr><td>Phone</td><td>+49 30 1234567</td></tr><tr><td>5</td></tr></table>';
  const head = ['From: form@site.example', 'Subject: Form', 'MIME-Version: 1.0'];
  const hide = createHider([
    { kind: 'email', value: 'jane@customer.example', instead: 'MAIL' },
    { kind: 'phone', value: '+49301234567', instead: 'PHONE', callingCode: '49', national: '301234567' },
  ]);

  test.each([
    ['alone', mailOf(...head, 'Content-Type: text/html', '', form)],
    [
      'beside a text of blanks',
      mailOf(
        ...head,
        'Content-Type: multipart/alternative; boundary=b',
        '',
        '--b',
        '',
        ' ',
        '--b',
        'Content-Type: text/html',
        '',
        form,
        '--b--',
      ),
    ],
    [
      'within',
      mailOf(
        ...head,
        'Content-Type: multipart/related; boundary=b',
        '',
        '--b',
        'Content-Type: text/html',
        '',
        form,
        '--b--',
      ),
    ],
  ])('%s has its values hidden', async (_name, raw) => {
    const { text = '', replyText } = await parseMail(raw, { from: null, to: [] }, testDeps());
    expect(possibleIdentifiers(text, 'DE')).toEqual(expect.arrayContaining(['jane@customer.example', '+49301234567']));
    expect(hide(text)).toBe('E-Mail\tMAIL\nPhone\t+PHONE\n5');
    expect(replyText).toBe(text);
  });
});

test('HTML behind a text is read as well', async () => {
  const raw = mailOf(
    'From: a@b.example',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'Hello',
    '--b',
    'Content-Type: text/html',
    '',
    '<table><tr><td>A</td><td>B</td></tr></table>',
    '--b--',
  );
  expect((await parseMail(raw, { from: null, to: [] }, testDeps())).text).toBe('Hello\nA\tB');
});
