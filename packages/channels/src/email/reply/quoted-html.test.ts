/** HTML of mail programs, put together for these tests: what they mark as older is not shown as new, in whatever language it is introduced. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutMarkedParts } from './quoted-html.ts';
import { parseMail } from '../schema.ts';
import { testDeps } from '../test-deps.ts';

async function shown(html: string, { subject = 'Re: Lamp', text = '' } = {}): Promise<{ reply: string; text: string }> {
  const head = `From: ann@example.org\r\nSubject: ${subject}\r\n`;
  const raw =
    text === ''
      ? `${head}Content-Type: text/html; charset=utf-8\r\n\r\n${html}`
      : `${head}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--b--\r\n`;
  const contact = await parseMail(Buffer.from(raw), { from: null, to: [] }, testDeps());
  return { reply: contact.replyText ?? '', text: contact.text ?? '' };
}

/** Georgian: no rule knows its words. */
const told = 'სამ, 3 მარ: სერვისმა დაწერა';
const older = '<div>Your order has left.</div><div>Track it.</div>';
const cite = `<blockquote type="cite">${older}</blockquote>`;

const quotations: Record<string, string> = {
  Gmail: `<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${told}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">${older}</blockquote></div>`,
  'Gmail, passed through Outlook': `<div class="x_gmail_quote"><div dir="ltr" class="x_gmail_attr">${told}<br></div><blockquote class="x_gmail_quote">${older}</blockquote></div>`,
  Thunderbird: `<div class="moz-cite-prefix">${told}<br></div>${cite}`,
  Yahoo: `<div id="ydp1a2b3c4dyahoo_quoted_123" class="ydp1a2b3c4dyahoo_quoted"><div><div>${told}</div><div><br></div>${older}</div></div>`,
  'Yahoo of old': `<div id="yahoo_quoted_0312345678" class="yahoo_quoted"><div>${told}</div>${older}</div>`,
  Proton: `<div class="protonmail_quote">${told}<br><br><blockquote class="protonmail_quote" type="cite">${older}</blockquote><br></div>`,
  Zoho: `<div class="zmail_extra"><div id="Zm-_Id_-Sgn1">${told}</div><br><blockquote style="border-left: 1px solid rgb(204, 204, 204)">${older}</blockquote></div>`,
  Tuta: `<div>${told}</div><blockquote class="tutanota_quote">${older}</blockquote>`.replace(
    told,
    '3. 3. 2026 10:00 <a href="mailto:desk@centre.test">desk@centre.test</a>:',
  ),
  Spark: `<div name="messageReplySection">${told}<br><blockquote type="cite" style="margin: 5px">${older}</blockquote></div>`,
  Airmail: `<p class="airmail_on">${told}</p><blockquote type="cite" class="clean_bq"><div>${older}</div></blockquote>`,
  Roundcube: `<p id="reply-intro">${told}</p>${cite}`,
  'NetEase on a phone': `<div class="ntes-mailmaster-quote" style="padding-top:1px"><div style="margin-top:2em">---- ${told} ----</div>${older}</div>`,
  Freshdesk: `<div class="freshdesk_quote"><div>${told}</div><blockquote class="freshdesk_quote">${older}</blockquote></div>`,
  Outlook: `<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>${told}</b><br></div><div>&nbsp;</div>${older}`,
  'Outlook, twice': `<div id="x_divRplyFwdMsg" dir="ltr"><b>${told}</b></div>${older}`,
  'Outlook of today': `<div id="mail-editor-reference-message-container"><div><div style="border-top: 1px solid">${told}</div>${older}</div></div>`,
  'Outlook on a phone': `<div class="ms-outlook-mobile-reference-message skipProofing"><div>${told}</div>${older}</div>`,
  'Outlook 2003': `<div class=OutlookMessageHeader lang=en-us dir=ltr align=left><hr tabindex=-1><b>${told}</b></div>${older}`,
  'Outlook, as Word has it': `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b><span lang=EN-US>ვისგან:</span></b><span> Desk<br><b>როდის:</b> ${told}<br><b>ვის:</b> Ann<o:p></o:p></span></p></div></div>${older}`,
  'Windows Live': `<hr id="stopSpelling">${told}<br>${older}`,
  Zimbra: `<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">${told}</div><div data-marker="__QUOTED_TEXT__">${older}</div>`,
};

describe('an answer above what a program marks', () => {
  test.each(Object.entries(quotations))('%s', async (_name, quotation) => {
    const html = `<html><body><div dir="ltr"><p>Thank you!</p><p>Ann</p></div>${quotation}</body></html>`;
    const { reply, text } = await shown(html);
    expect(reply).toBe('Thank you!\n\nAnn');
    expect(text).toContain('Track it.');
  });
});

test('the fields within a quotation, below the address of the writer', async () => {
  const fields =
    '<div><b>发件人：</b>&nbsp;<a href="mailto:desk@centre.test">Desk</a></div><div><b>发送时间：</b>&nbsp;2026-03-03&nbsp;10:00</div><div><b>收件人：</b>&nbsp;Ann</div><div><b>主题：</b>&nbsp;灯</div>';
  const html = `<div>好的</div><div><br></div><hr><div><span><div>ann@example.org</div></span></div><blockquote style="margin-left: 0.5em"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm">${fields}</div>${older}</blockquote>`;
  expect((await shown(html)).reply).toBe('好的');
});

describe('an answer below or between', () => {
  test.each([
    `<p>Thank you!</p><div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">When?</blockquote></div><br>-- <br><div class="gmail_signature">Ann</div>`,
    `<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div><p>Thank you!</p>`,
    `<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote><p>Thank you!</p></div>`,
    `<div class="moz-cite-prefix">${told}</div>${cite}<p>Thank you!</p>`,
    `<div class="protonmail_quote">${told}<br>${cite}<p>Thank you!</p>${cite}</div>`,
    `<div class="zmail_extra">${told}${cite}</div><p>Thank you!</p>`,
    `<blockquote><div class=OutlookMessageHeader>${told}</div>${older}</blockquote><p>Thank you!</p>`,
  ])('%#', async (html) => {
    expect((await shown(html)).reply).toBe('Thank you!');
  });
});

describe('a mail passed on stays', () => {
  const fields = 'From: Desk &lt;desk@centre.test&gt;<br>Subject: Lamp<br><br>';
  test.each([
    `<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>${fields}</div><div>It has left.</div></div>`,
    `<div class="protonmail_quote">------- Forwarded Message -------<br>${fields}${cite}</div>`,
    `<div class="yahoo_quoted"><div>----- Weitergeleitete Nachricht -----</div>${fields}${older}</div>`,
    `<div name="messageReplySection">---------- Message transféré ----------<br>${fields}${older}</div>`,
  ])('%#', async (part) => {
    const { reply, text } = await shown(`<p>See below.</p>${part}`);
    expect(reply).toBe(text.replace(/\n{3,}/g, '\n\n').trim());
  });

  test('where only the subject says so', async () => {
    const html = `<p>See below.</p><div id="divRplyFwdMsg"><b>From:</b> Desk<br><b>Subject:</b> Lamp</div><div>It has left.</div>`;
    expect((await shown(html, { subject: 'Fwd: Lamp' })).reply).toContain('It has left.');
    expect((await shown(html)).reply).toBe('See below.');
  });
});

describe('a signature', () => {
  test.each([
    'gmail_signature',
    'x_gmail_signature',
    'moz-signature',
    'protonmail_signature_block',
    'mb_sig',
    'messageSignatureSection',
  ])('marked %s', async (name) => {
    const html = `<p>Thank you!</p><div class="${name}"><div>Ann Lee</div><div>Sales</div></div>`;
    expect((await shown(html)).reply).toBe('Thank you!');
  });

  test('told by another attribute', async () => {
    const html = '<p>Thank you!</p><div dir="ltr" data-smartmail="gmail_signature"><div>Ann Lee</div></div>';
    expect((await shown(html)).reply).toBe('Thank you!');
  });

  test('that is all that was written is shown', async () => {
    expect((await shown('<div class="gmail_signature"><p>Please call me.</p></div>')).reply).toBe('Please call me.');
  });
});

test('an address with its link is an address', async () => {
  const link = '&lt;<a href="mailto:desk@centre.test">desk@centre.test</a>&gt;';
  const html = `<p>Thank you!</p><div>2026-03-03 10:00 GMT-04:00 The desk of the centre of the town ${link}:<br><blockquote>It has left.</blockquote></div>`;
  expect((await shown(html)).reply).toBe('Thank you!');
});

test('what stands in the text beside the HTML is not taken from the HTML', async () => {
  const { reply } = await shown('<div class="yahoo_quoted">One</div><p>Two</p>', { text: 'Three' });
  expect(reply).toBe('Three');
});

test('a rule above something else is not the end', async () => {
  const html = `<p>Two lamps:</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p><b>Price:</b> 10</p></div><p>Please send them.</p>`;
  expect((await shown(html)).reply).toContain('Please send them.');
});

test('an element that is not closed is not taken away', () => {
  expect(withoutMarkedParts('<p>Hello</p><div class="yahoo_quoted"><p>Text')).toBeUndefined();
  expect(withoutMarkedParts('<!-- <div class="yahoo_quoted"> --><p>Hello</p></div>')).toBeUndefined();
});

describe('laws', () => {
  const words = fc.stringMatching(/^[a-z ]{0,20}$/);
  const piece = fc.oneof(
    words,
    fc.constantFrom('<div>', '</div>', '<p>', '</p>', '<br>', '<blockquote>', '</blockquote>', '<!--', '-->', '<', '>'),
    fc.constantFrom(
      '<div class="yahoo_quoted">',
      '<div class="gmail_attr">',
      '<div id="divRplyFwdMsg">',
      '<span class="gmail_signature">',
      '</span>',
    ),
  );

  test('what is left stood there, in that order', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const html = pieces.join('');
        const left = (withoutMarkedParts(html) ?? html).replaceAll(' type="cite"', '');
        let at = -1;
        for (const sign of left) {
          at = html.indexOf(sign, at + 1);
          expect(at).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('HTML without a mark is left alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.constantFrom('<div>', '</div>', '<p class="a">', '<hr>', '<')), { maxLength: 30 }),
        (pieces) => {
          expect(withoutMarkedParts(pieces.join(''))).toBeUndefined();
        },
      ),
    );
  });
});
