/** What a person wrote is kept: losing it is worse than showing a quotation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

describe('sentences that tell what was written', () => {
  test.each([
    'On 3 March 2026 I wrote:\nplease send the lamp',
    'On 3 March 2026 at 10:00 I wrote:\nplease send the lamp',
    'On 3 March 2026 your colleague Tom wrote:\nwe will refund you',
    'On Tuesday, March 3, 2026 you wrote:\nit has left',
    'Am 3. März 2026 um 10:00 schrieb ich Ihnen:\nbitte senden Sie die Lampe',
    'Am 3. März 2026 schrieb Ihr Kollege:\nSie bekommen das Geld zurück',
    'Le 3 mars 2026 je vous ai écrit :\nla lampe est cassée',
    'Il 3 marzo 2026 vi ho scritto:\nla lampada è rotta',
    'Op 3 maart 2026 schreef ik:\nde lamp is stuk',
    'On Monday 2 March 2026 we sent:\n2 lamps',
    '您在2026年3月3日写道：\n灯已发出',
    '<ann@example.org>: host mx.example.org[192.0.2.78] said:\n550 Unknown user ann@example.org',
    '<ann@example.org>:\nhost mx.example.org [192.0.2.78]:\n550 unknown user:\nann@example.org',
  ])('%s', (text) => {
    const whole = `Hello,\n\n${text}\n\nAnd nobody answered.\n\nAnn`;
    expect(replyTextOf(whole)).toBe(whole);
  });

  test('unless what follows is quoted', () => {
    expect(replyTextOf('Yes.\n\nOn Tuesday, March 3, 2026, 10:00:00 AM, you wrote:\n\n> Is it you?\n> Ann')).toBe(
      'Yes.',
    );
    expect(replyTextOf('Yes.\n\nOn March 3, 2026, Tom wrote:\n> Is it you?')).toBe('Yes.');
  });
});

describe('the sender and a moment above a letter', () => {
  test.each([
    'Ida Lee <ida@firm.example>\n03.03.2026 10:00\n\nTo\nthe desk of the lamps\n\nplease change the\nSubject\nof my mail.',
    'Ida Lee <ida@firm.example>\n3 March 2026\n\nTo\nthe desk\n\nSubject\nLamp\n\nIt flickers.',
    'Ida Lee <ida@firm.example>\n03.03.2026 10:00\n\nIt flickers.',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('answers between paragraphs of one quoted line', () => {
  test('each stays, and none of the lines', () => {
    const text =
      'On Tue, 3 Mar 2026 at 10:00, Desk wrote:\n\n> When?\n\nTomorrow.\n\n> Where?\n\nHere.\n\n> Who?\n> And why?\n\nI.';
    expect(replyTextOf(text)).toBe('Tomorrow.\n\nHere.\n\nI.');
  });

  test.each([
    'Go to\n\n> Settings\n\nand look.',
    'We have this in stock\n> 5 lamps\n\n> 10 shades\n\nwhich do you want?',
    'We have this in stock\n\n> lamps\n\n> shades\n\n> bulbs\n\nwhich do you want?',
    'Go to\n\n> Settings\n\n> Lamps\n\nand look.',
  ])('a sign above any quotation is the writer’s: %j', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('what looks like a signature', () => {
  test.each([
    ['of the standard', 'Hello.\n-- \nAnn. We sell lamps.\nAll day long.', 'Hello.'],
    ['without the space', 'Hello.\n--\nAnn\nSales', 'Hello.'],
    ['two of them', 'Hello.\n--\nAnn\nSales\n--\nThis mail is confidential.', 'Hello.'],
    [
      'a part of the letter',
      'First, the lamp is broken.\n--\nSecond, nobody answers.\n--\nAnn',
      'First, the lamp is broken.\n--\nSecond, nobody answers.',
    ],
    ['a long dash', 'Hello.\n\n—\nAnn Lee\nSales', 'Hello.'],
    ['a long dash within', 'Hello.\n\n—\n\nThe lamp is broken.', 'Hello.\n\n—\n\nThe lamp is broken.'],
    ['a rule above a list', 'Order\n-----\n2 lamps\n1 chair', 'Order\n-----\n2 lamps\n1 chair'],
    [
      'a line below that of a device',
      'Hello.\n\nSent from my iPhone\n\nI forgot: it is blue.',
      'Hello.\n\nSent from my iPhone\n\nI forgot: it is blue.',
    ],
  ])('%s', (_name, text, reply) => {
    expect(replyTextOf(text)).toBe(reply);
  });
});

describe('a line that asks for answers above it', () => {
  test.each([
    '##- Please type your reply above this line -##',
    '## Please type your reply above this line. ##',
    '##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##',
    '##- Veuillez écrire votre réponse au-dessus de cette ligne -##',
    '##- Escriba su respuesta por encima de esta línea -##',
    '##- Digite sua resposta acima desta linha -##',
    '##- Typ uw antwoord boven deze regel -##',
    '##- この行より上に返信を入力してください -##',
    '=-=-=-= Reply above this line =-=-=-=',
    '-- Please reply above this line --',
    'Please type your reply above this line.',
    'Reply above this line',
    'Write ABOVE THIS LINE to post a reply',
  ])('%s', (line) => {
    expect(replyTextOf(`Thank you!\n\n${line}\n\nYour request 12 was updated.`)).toBe('Thank you!');
    expect(replyTextOf(`${line}\n\nThank you!`)).toContain('Thank you!');
  });

  test.each([
    'I signed above this line',
    'Write above this line that I was there, please, and send the form back to me, will you?',
  ])('not %s', (line) => {
    expect(replyTextOf(`Hello.\n\n${line}\nAnn`)).toBe(`Hello.\n\n${line}\nAnn`);
  });
});

test('what stands before a mark in the same line stays', () => {
  expect(replyTextOf('Three questions:-------- Original message --------From: Desk\nIt has left.')).toBe(
    'Three questions:',
  );
  expect(replyTextOf('The --original message-- was lost.')).toBe('The --original message-- was lost.');
});

describe('an attribution that is broken before its date', () => {
  test.each([
    'On\nTue, Mar 3, 2026 at 10:00 AM Desk <desk@centre.test> wrote:',
    'Am Dienstag,\n3. März 2026 um 10:00:00 MEZ hat Desk <desk@centre.test> geschrieben:',
    'Den\ntis 3 mars 2026 kl 10:00 skrev Desk <desk@centre.test>:',
    '---- On\nTue, 03 Mar 2026 10:00:00 +0100 Desk <desk@centre.test> wrote ----',
    'Desk <desk@centre.test> ezt írta (időpont:\n2026. márc. 3., K, 10:00):',
  ])('%s', (line) => {
    expect(replyTextOf(`Thank you!\n\n${line}\n\n> It has left.\n`)).toBe('Thank you!');
  });

  test.each([
    ['El martes', 'El mar, 3 mar 2026 a las 10:00, Desk <desk@centre.test> escribió:'],
    ['Lot 3.', '3 mar 2026 o 10:00 Desk <desk@centre.test> napisał(a):'],
    ['On second thought, leave order 12', 'On Tue, Mar 3, 2026 at 10:00 AM Desk <desk@centre.test> wrote:'],
    ['Am Dienstag um 10:00', 'Am 03.03.2026 um 10:00 schrieb Desk\n<desk@centre.test>:'],
    ['Le mardi', 'Le mar. 3 mars 2026 à 10:00,\nDesk <desk@centre.test> a écrit :'],
  ])('a line of the answer right above it stays: %s', (answer, line) => {
    expect(replyTextOf(`Hello,\n\n${answer}\n${line}\n\n> When?\n> Where?`)).toBe(`Hello,\n\n${answer}`);
  });
});

describe('laws', () => {
  const line = fc.oneof(
    fc.stringMatching(/^[A-Za-zäß,.!? ]{0,30}$/),
    fc.constantFrom(
      '',
      '> quoted',
      '>',
      '--',
      '-- ',
      '—',
      '___',
      'Sent from my iPhone',
      'On Tue, 3 Mar 2026 at 10:00, Desk <desk@centre.test> wrote:',
      'From: Desk <desk@centre.test>',
      'Sent: Tuesday, March 3, 2026 10:00',
      'Subject: Lamp',
      '-----Original Message-----',
      '---------- Forwarded message ---------',
      '##- Please type your reply above this line -##',
      '在 2026年3月3日 写道：',
    ),
  );

  test('what is shown stood there line by line, in that order', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.constantFrom('', 'Re: Lamp', 'Fwd: Lamp'), (lines, subject) => {
        let at = -1;
        const written = lines.map((one) => one.trim()).filter((one) => one !== '');
        for (const shown of replyTextOf(lines.join('\n'), subject).split('\n')) {
          if (shown.trim() === '') continue;
          at = written.indexOf(shown.trim(), at + 1);
          expect(at).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('something is shown of whatever has words', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), (lines) => {
        expect(replyTextOf(lines.join('\n')) === '').toBe(lines.join('').trim() === '');
      }),
    );
  });

  test('a text without any mark comes back whole', () => {
    const word = fc.stringMatching(/^[A-Za-zäöüßéèñ0-9]{1,12}$/);
    const sentence = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => `${words.join(' ')}.`);
    fc.assert(
      fc.property(
        fc.array(fc.array(sentence, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        (parts) => {
          const text = parts.map((sentences) => sentences.join('\n')).join('\n\n');
          fc.pre(!/sent |get |from my|gesendet/i.test(text));
          expect(replyTextOf(text)).toBe(text);
        },
      ),
    );
  });

  test('what stands above an attribution is shown, whatever it says', () => {
    const said = fc
      .array(fc.stringMatching(/^[A-Za-z]{1,10}$/), { minLength: 1, maxLength: 8 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(said, (words) => {
        const quotation = 'On Tue, 3 Mar 2026 at 10:00, Desk <desk@centre.test> wrote:\n> When?\n> Where?';
        expect(replyTextOf(`${words}\n\n${quotation}\n`)).toBe(words);
        expect(replyTextOf(`${words}\n${quotation}\n`)).toBe(words);
        expect(replyTextOf(`${quotation}\n\n${words}.`)).toBe(`${words}.`);
      }),
    );
  });
});

describe('the last line of a person', () => {
  test.each([
    'The letter came to my phone only.\nSent from my phone it says nothing.',
    'Nothing has left here.\nVon meinem Konto wurde nichts an Sie gesendet.',
    'How can I\nget Outlook for Mac?',
    'I was told to\ndownload Outlook for Android',
    'I tell you this\nfrom my phone',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('a quoted line that was broken on the way', () => {
  const long = '> We have looked into the matter of the lamp and have now found out that';
  test('its rest goes with it', () => {
    const text = `Good.\n\nOn 5/6/26 8:30, Desk wrote:\n${long}\nit left on Monday.\n>\n${long}\nit comes on Friday\n> or later.\n`;
    expect(replyTextOf(text)).toBe('Good.');
  });

  test.each([
    ['an answer in small letters', `${long}\nyes please\n> And when?\n> Bye`, 'yes please'],
    ['of one word', `${long}\nblue\n> And when?\n> Bye`, 'blue'],
    ['below a question', `${long} so?\nit is blue\n> And when?\n> Bye`, 'it is blue'],
    ['below a short line', `> We ask\nit is blue\n> And when?\n> Bye`, 'it is blue'],
    ['with a capital', `${long}\nIt is blue\n> And when?\n> Bye`, 'It is blue'],
    ['below a blank line', `${long}\n\nit is blue\n> And when?\n> Bye`, 'it is blue'],
    ['above a blank line', `${long}\nit is blue\n\n> And when?\n> Bye`, 'it is blue'],
    ['at the end', `${long}\nit is blue`, 'it is blue'],
    ['two lines', `${long}\nit is blue\nand red\n> And when?`, 'it is blue\nand red'],
  ])('%s stays', (_name, quotation, reply) => {
    expect(replyTextOf(`On 5/6/26 8:30, Desk wrote:\n${quotation}\n`)).toBe(reply);
  });
});
