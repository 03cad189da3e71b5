/** HTML in the shapes of mail programs, put together for these tests: what is older is not shown at first, and what is in doubt is. */
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { olderParts } from './mail-older.ts';

const bodyOf = (html: string): HTMLElement =>
  parseHTML(`<!doctype html><html><body>${html}</body></html>`).document.body as unknown as HTMLElement;

/** Words and pictures that are shown, with a blank between what stands apart; all of them with `whole`. */
function shown(html: string, { subject = 'Re: Lamp', whole = false } = {}): string {
  const body = bodyOf(html);
  if (!whole) for (const node of olderParts(body, subject)) (node as ChildNode).remove();
  const words: string[] = [];
  const walk = (node: Node): void => {
    if (node.nodeType === 3) words.push(node.nodeValue ?? '');
    if ((node as Element).localName === 'img') words.push('[picture]');
    for (const child of node.childNodes) walk(child);
  };
  walk(body);
  return words.join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** Georgian: no rule knows its words. */
const told = 'სამ, 3 მარ: სერვისმა დაწერა';
const wrote =
  'On Tue, Mar 3, 2026 at 10:00 AM Desk &lt;<a href="mailto:desk@centre.test">desk@centre.test</a>&gt; wrote:';
const older = '<div>Your order has left.</div><div>Track it.</div>';
const cite = `<blockquote type="cite">${older}</blockquote>`;
const fields = (from: string, sent: string, to: string, subject: string) =>
  `<b>${from}:</b> Desk &lt;desk@centre.test&gt;<br><b>${sent}:</b> Tuesday, March 3, 2026 10:00<br><b>${to}:</b> Ann<br><b>${subject}:</b> Lamp<br>`;
const english = fields('From', 'Sent', 'To', 'Subject');

const answered: Record<string, string> = {
  Gmail: `<div dir="ltr">Thank you!</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">${told}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">${older}</blockquote></div>`,
  'Gmail with its signature above': `<div dir="ltr"><div>Thank you!</div><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div>Ann Lee</div></div></div><br><div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div>`,
  'Gmail with its signature below': `<div dir="ltr">Thank you!</div><div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div><br clear="all"><div><br></div>-- <br><div class="gmail_signature">Ann Lee</div>`,
  'Gmail of old': `<div dir="ltr">Thank you!</div><div class="gmail_extra"><br><div class="gmail_quote">${told}<br><blockquote class="gmail_quote">${older}</blockquote></div><br></div>`,
  'Gmail, passed through Outlook': `<div>Thank you!</div><div class="x_gmail_quote"><div class="x_gmail_attr">${told}</div><blockquote class="x_gmail_quote">${older}</blockquote></div>`,
  'Outlook on the desktop': `<div class="WordSection1"><p class="MsoNormal">Thank you!</p><p class="MsoNormal">&nbsp;</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b><span>ვისგან:</span></b> Desk<br><b>როდის:</b> ${told}<br><b>ვის:</b> Ann<br></p></div></div><p class="MsoNormal">&nbsp;</p>${older}</div>`,
  'Outlook in the web': `<div>Thank you!</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>${told}</b><br></div>${older}`,
  'Outlook of today': `<div class="elementToProof">Thank you!</div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg"><b>${told}</b></div>${older}<blockquote>${older}</blockquote><div>Desk</div></div>`,
  'Outlook on a phone': `<div dir="auto">Thank you!</div><div class="ms-outlook-mobile-reference-message skipProofing"><div>${told}</div>${older}</div>`,
  'Outlook 2003': `<div>Thank you!</div><div class="OutlookMessageHeader" lang="en-us"><hr tabindex="-1"><b>${told}</b></div>${older}`,
  'Outlook 97': `<p>Thank you!</p><p>-----Original Message-----<br>${english}</p>${older}`,
  'Outlook for the Mac': `<div>Thank you!</div><div><br></div><span><div style="border:none;padding:3pt">${english}</div>${older}</span>`,
  'Windows Live': `<div>Thank you!</div><hr id="stopSpelling">${told}<br>${older}`,
  'Hotmail, with signs': `<div>Thank you!<br><br><div></div>&gt; Subject: Lamp<br>&gt; From: desk@centre.test<br>&gt; To: ann@example.org<br>&gt; Date: Tue, 3 Mar 2026 10:00:00 +0100<br>&gt; <br>&gt; It has left.<br></div>`,
  Zimbra: `<div>Thank you!</div><hr id="zwchr" data-marker="__DIVIDER__"><div>${told}</div><div>${older}</div>`,
  'Apple Mail': `Thank you!<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>${told}</div><br class="Apple-interchange-newline"><div>${older}</div></blockquote></div><br>`,
  'Apple Mail on a phone': `<div dir="ltr">Thank you!</div><div dir="ltr"><br><blockquote type="cite">${told}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">${older}</div></blockquote>`,
  Thunderbird: `<p>Thank you!</p><div class="moz-cite-prefix">${told}<br></div>${cite}<br>`,
  'Thunderbird with its signature': `<p>Thank you!</p><div class="moz-cite-prefix">${told}<br></div>${cite}<div class="moz-signature">-- <br>Ann Lee</div>`,
  Yahoo: `<div>Thank you!</div><div><br></div><div id="ydp1a2b3c4dyahoo_quoted_123" class="ydp1a2b3c4dyahoo_quoted"><div><div>${told}</div><div><br></div>${older}</div></div>`,
  Proton: `<div>Thank you!</div><div class="protonmail_signature_block"><div>Ann Lee</div></div><div class="protonmail_quote">${told}<br><br><blockquote class="protonmail_quote" type="cite">${older}</blockquote><br></div>`,
  'NetEase on a phone': `<div>Thank you!</div><div class="ntes-mailmaster-quote" style="padding-top:1px"><div style="margin-top:2em">---- ${told} ----</div>${older}</div>`,
  'NetEase in the web': `<div>Thank you!</div><br><br><p>At 2026-03-03 10:00:00, "Desk" &lt;desk@centre.test&gt; wrote:</p><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex">${older}</blockquote>`,
  QQ: `<div>Thank you!</div><div><br></div><div style="font-size: 12px;padding:2px 0">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="background:#efefef;padding:8px"><div><b>发件人:</b>&nbsp;"Desk"&lt;desk@centre.test&gt;;</div><div><b>发送时间:</b>&nbsp;2026年3月3日</div></div>${older}`,
  Foxmail: `<div>Thank you!</div><div><br></div><hr style="width:210px"><div><span><div>ann@example.org</div></span></div><blockquote style="margin-left: 0.5em"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div><b>发件人：</b>&nbsp;<a href="mailto:desk@centre.test">Desk</a></div><div><b>发送时间：</b>&nbsp;2026-03-03&nbsp;10:00</div><div><b>收件人：</b>&nbsp;Ann</div><div><b>主题：</b>&nbsp;灯</div></div>${older}</blockquote>`,
  Zoho: `<div>Thank you!</div><div class="zmail_extra"><br><div id="Zm-_Id_-Sgn1">${told}</div><br><blockquote style="border-left: 1px solid rgb(204, 204, 204)">${older}</blockquote></div>`,
  GMX: `<div>Thank you!</div><div>&nbsp;</div><div name="quote" style="margin:10px 5px;border-left:2px solid #C3D9E5"><div>${fields('Gesendet', 'Datum', 'An', 'Betreff').replace('Gesendet', 'Von')}</div>${older}</div>`,
  Spark: `<div name="messageBodySection">Thank you!</div><div name="messageReplySection">${told}<br><blockquote type="cite" style="margin: 5px">${older}</blockquote></div>`,
  Airmail: `<div>Thank you!</div><p class="airmail_on">${told}</p><blockquote type="cite" class="clean_bq">${older}</blockquote>`,
  Roundcube: `<p>Thank you!</p><p id="reply-intro">${told}</p>${cite}`,
  Tuta: `<div>Thank you!</div><div>3. 3. 2026 10:00 <a href="mailto:desk@centre.test">desk@centre.test</a>:</div><blockquote class="tutanota_quote">${older}</blockquote>`,
  'a program that only says who wrote': `<p>Thank you!</p><p>${wrote}</p><blockquote>${older}</blockquote>`,
  'a line that is broken': `<div>Thank you!<br>On Tue, Mar 3, 2026 at 10:00 AM<br>Desk &lt;desk@centre.test&gt; wrote:<br><blockquote>${older}</blockquote></div>`,
  'quotations in quotations': `<p>Thank you!</p><div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">When?<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div></blockquote></div>`,
  'a table around it all': `<table><tbody><tr><td><p>Thank you!</p><div class="moz-cite-prefix">${told}</div>${cite}</td></tr></tbody></table>`,
  'a picture that reports the reading': `<p>Thank you!</p><div class="moz-cite-prefix">${told}</div>${cite}<img src="https://a.example/p.gif" width="1" height="1"><div style="display: none">&nbsp;x</div>`,
};

describe('what is older is not shown at first', () => {
  test.each(Object.entries(answered))('%s', (_name, html) => {
    expect(shown(html)).toBe('Thank you!');
  });

  test('nor the blank space above it', () => {
    const body = bodyOf('<p>Thank you!</p><div><br></div><hr><div id="divRplyFwdMsg">A</div>B');
    for (const node of olderParts(body, '')) (node as ChildNode).remove();
    expect(body.innerHTML).toBe('<p>Thank you!</p>');
  });

  test('an answer below a whole older mail stays', () => {
    expect(shown(`<div class="yahoo_quoted">${told}${older}</div><p>Thank you!</p>`)).toBe('Thank you!');
  });

  test('a picture in the answer stays', () => {
    const html = `<p>See:</p><img src="cid:a"><div class="moz-cite-prefix">${told}</div><blockquote type="cite">${older}<img src="cid:b"></blockquote>`;
    expect(shown(html)).toBe('See: [picture]');
    expect(shown(html.replace('<p>See:</p>', ''))).toBe('[picture]');
  });

  test('the last quotation, below answers to others', () => {
    const html = `<div class="gmail_quote"><div class="gmail_attr">${wrote}</div><blockquote class="gmail_quote">When?</blockquote><p>Today.</p><blockquote type="cite">${older}</blockquote></div>`;
    expect(shown(html)).toBe(shown(html, { whole: true }).replace(' Your order has left. Track it.', ''));
  });
});

const named = (label: string, from: string) =>
  `<div>${label}<br>${from}: Desk &lt;desk@centre.test&gt;<br>Subject: Lamp<br><br></div>`;
const passedOn = named('---------- Forwarded message ---------', 'From');

const kept: Record<string, string> = {
  'no mark at all': '<p>Dear desk,</p><p>On Monday you wrote: it will come.</p><p>Ann</p>',
  'an answer below a quotation': `<div class="moz-cite-prefix">${told}</div>${cite}<p>Thank you!</p>`,
  'an answer below, within the container': `<div class="protonmail_quote">${told}<br>${cite}<p>Thank you!</p></div>`,
  'answers between': `<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">When?</blockquote><p>Today.</p><blockquote class="gmail_quote">Where?</blockquote><p>Here.</p></div>`,
  'a picture as the answer below': `<div class="moz-cite-prefix">${told}</div>${cite}<img src="cid:a">`,
  'words that somebody quotes': '<p>The screen says:</p><blockquote>The disk is full.</blockquote>',
  'words set in by the button of Gmail':
    '<p>It says:</p><blockquote class="gmail_quote">The disk is full.</blockquote>',
  'nothing but a quotation': `<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div>`,
  'nothing but a signature': '<div class="gmail_signature"><p>Please call me.</p></div>',
  'a rule above something else': `<p>Two:</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p><b>Price:</b> 10</p></div><p>Please.</p>`,
  'an answer below the fields in a quotation': `<blockquote><div class="OutlookMessageHeader">${told}</div>${older}</blockquote><p>Thank you!</p>`,
  'many words in a signature': `<p>Dear desk,</p><div class="moz-signature">${'all that I wanted to say '.repeat(100)}</div>`,
  'many words above a quotation, in its container': `<p>A</p><div class="zmail_extra"><p>1</p><p>2</p><p>3</p><p>4</p><p>5</p><blockquote>6</blockquote><p>7</p></div>`,
  'Gmail, passed on': `<p>See below.</p><div class="gmail_quote"><div class="gmail_attr">${passedOn}</div>${older}</div>`,
  'Gmail, passed on with what it quotes': `<p>See below.</p><div class="gmail_quote"><div class="gmail_attr">${passedOn}</div>It has left.<div class="gmail_quote"><div class="gmail_attr">${told}</div><blockquote class="gmail_quote">${older}</blockquote></div></div>`,
  'Apple Mail, passed on': `<p>See below.</p><div><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Desk &lt;desk@centre.test&gt;</div><div><b>Subject: </b>Lamp</div>${older}</blockquote></div>`,
  'Thunderbird, passed on': `<p>See below.</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>Lamp</td></tr><tr><th>From: </th><td>Desk &lt;desk@centre.test&gt;</td></tr></tbody></table>${older}</div>`,
  'Proton, passed on': `<p>See below.</p><div class="protonmail_quote">------- Forwarded Message -------<br>${english}<br><blockquote class="protonmail_quote" type="cite">${older}</blockquote></div>`,
  'Yahoo, passed on': `<p>See below.</p><div class="yahoo_quoted">${named('----- Weitergeleitete Nachricht -----', 'Von')}${older}</div>`,
  'NetEase, passed on': `<p>See below.</p><div>-------- 转发邮件信息 --------<br>发件人："Desk" &lt;desk@centre.test&gt;<br>主题：灯</div><blockquote id="isReplyContent">${older}</blockquote>`,
};

describe('what is in doubt is shown whole', () => {
  test.each(Object.entries(kept))('%s', (_name, html) => {
    expect(shown(html)).toBe(shown(html, { whole: true }));
  });

  test('a mail passed on, as only the subject says', () => {
    const html = `<p>See below.</p><div id="divRplyFwdMsg">${english}</div><div>It has left.</div>`;
    expect(shown(html, { subject: 'Fwd: Lamp' })).toContain('It has left.');
    expect(shown(html)).toBe('See below.');
  });

  test('the fields of a form, which only in an answer are those of an older mail', () => {
    const html = `<p>Somebody wrote to you:</p><table><tbody><tr><td>From:</td><td>ann@example.org</td></tr><tr><td>Date:</td><td>3 March 2026 10:00</td></tr><tr><td>Subject:</td><td>Lamp</td></tr></tbody></table><p>It is broken.</p>`;
    expect(shown(html, { subject: 'Contact: Lamp' })).toBe(shown(html, { whole: true }));
    expect(shown(html, { subject: 'AW: Contact' })).toBe('Somebody wrote to you:');
  });

  test('an answer to a mail that was passed on is trimmed', () => {
    const html = `<p>Thank you!</p><div class="gmail_quote"><div class="gmail_attr">${wrote}</div><blockquote class="gmail_quote">${older}${passedOn}${older}</blockquote></div>`;
    expect(shown(html, { subject: 'Re: Fwd: Lamp' })).toBe('Thank you!');
  });
});

describe('laws', () => {
  const words = fc.stringMatching(/^[a-z ]{1,12}$/);
  const marked = fc.constantFrom(
    'div class="yahoo_quoted"',
    'div class="gmail_quote"',
    'div class="gmail_attr"',
    'div id="divRplyFwdMsg"',
    'div class="zmail_extra"',
    'span class="gmail_signature"',
    'blockquote type="cite"',
  );
  const plain = fc.constantFrom('div', 'p', 'b', 'span', 'blockquote', 'table', 'tr', 'td', 'ul', 'li');
  const leaf = fc.oneof(words, fc.constantFrom('<br>', '<hr>', '<img src="cid:a">', '-- ', `${wrote}<br>`));
  const htmlOf = (opening: fc.Arbitrary<string>, leaves: fc.Arbitrary<string>) =>
    fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaves,
        fc
          .tuple(opening, fc.array(tie('tree'), { maxLength: 4 }))
          .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag.split(' ')[0]}>`),
      ),
    })).tree;
  const mail = fc.array(htmlOf(fc.oneof(marked, plain), leaf), { maxLength: 6 }).map((parts) => parts.join(''));
  const unmarked = fc.array(htmlOf(plain, words), { maxLength: 6 }).map((parts) => parts.join(''));

  test('what is shown stands in the mail, in that order, and is not nothing', () => {
    fc.assert(
      fc.property(mail, (html) => {
        const whole = shown(html, { whole: true }).split(' ');
        const left = shown(html).split(' ');
        let at = 0;
        for (const word of left) {
          at = whole.indexOf(word, at) + 1;
          expect(at).toBeGreaterThan(0);
        }
        expect(left.join('') === '').toBe(whole.join('') === '');
      }),
    );
  });

  test('a mail without marks is shown whole', () => {
    fc.assert(
      fc.property(unmarked, (html) => {
        expect(shown(html)).toBe(shown(html, { whole: true }));
      }),
    );
  });

  test.each([
    ['deep', '<div class="gmail_quote">'.repeat(500) + 'a'.repeat(10) + '</div>'.repeat(500)],
    ['quotations', `<blockquote type="cite">a</blockquote>`.repeat(15_000)],
    ['lines', `<div>${wrote}</div>`.repeat(15_000)],
    ['dashes', '<div>--</div>'.repeat(15_000)],
    ['names', `<div class="${'m_1 '.repeat(90)}">a</div>`.repeat(4_000)],
    [
      'rules',
      '<div style="border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'.repeat(400) + 'a<br>'.repeat(5000),
    ],
    ['a long line', 'a '.repeat(1_000_000)],
    ['pieces', '<i>a</i>'.repeat(40_000)],
  ])('%s: in time that grows with the mail', (_name, html) => {
    const body = bodyOf(html);
    const start = performance.now();
    olderParts(body, '');
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
