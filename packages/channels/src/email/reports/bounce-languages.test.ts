/** Bounces by their words alone. */
import { describe, expect, test } from 'vitest';
import { told, type Shape } from './test-bounces.ts';

const languages: Record<string, [subject: string, bad: string, full: string]> = {
  German: [
    'Unzustellbar: Lampe',
    'Die E-Mail-Adresse wurde nicht gefunden. Empfänger unbekannt.',
    'Das Postfach des Empfängers ist voll.',
  ],
  French: [
    'Non remis : Lampe',
    "L'adresse e-mail est introuvable. Utilisateur inconnu.",
    'La boîte aux lettres du destinataire est pleine.',
  ],
  Spanish: [
    'No se puede entregar: Lámpara',
    'No se encontró la dirección. El usuario no existe.',
    'El buzón del destinatario está lleno.',
  ],
  Italian: [
    'Non recapitabile: Lampada',
    "L'indirizzo non è stato trovato. Utente sconosciuto.",
    'La casella di posta del destinatario è piena.',
  ],
  Portuguese: [
    'Não é possível entregar: Lâmpada',
    'O endereço de e-mail não foi encontrado. Usuário desconhecido.',
    'A caixa de correio do destinatário está cheia.',
  ],
  Dutch: [
    'Onbestelbaar: Lamp',
    'Het e-mailadres is niet gevonden. Onbekende gebruiker.',
    'Het postvak van de geadresseerde is vol.',
  ],
  Japanese: [
    '配信不能: ランプ',
    '宛先のメールアドレスが見つかりませんでした。ユーザーが存在しません。',
    '受信者のメールボックスがいっぱいです。',
  ],
  Chinese: ['退信: 灯', '收件人地址不存在，用户不存在。', '收件人的邮箱已满，超出容量。'],
  Russian: [
    'Недоставлено: Лампа',
    'Адрес не найден. Такой пользователь не существует.',
    'Почтовый ящик получателя переполнен.',
  ],
  Polish: [
    'Nie można dostarczyć: Lampa',
    'Nie znaleziono adresu. Użytkownik nie istnieje.',
    'Skrzynka pocztowa odbiorcy jest pełna.',
  ],
};

const written: Record<string, Shape> = {
  'Chinese, with words all around the address': {
    from: 'PostMaster@mx.example.net',
    subject: `=?utf-8?B?${Buffer.from('系统退信').toString('base64')}?=`,
    text: ['您的邮件被退回', '收件人：ann@example.org', '收件人邮件地址（ann@example.org）不存在，邮件无法送达。'],
    is: 'bounce; ann@example.org for good - -',
  },
  'Chinese, with no sign between them': {
    from: 'PostMaster@mx.example.net',
    subject: `=?utf-8?B?${Buffer.from('退信').toString('base64')}?=`,
    text: ['无法投递到邮箱ann@example.org因为邮箱已满'],
    is: 'bounce; ann@example.org for now - -',
  },
  'two recipients, each with its own reason': {
    subject: 'Undelivered Mail Returned to Sender',
    text: [
      'This is the mail system at host mx.example.net.',
      '',
      '<ann@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1',
      '    <ann@example.org>: Recipient address rejected: User unknown',
      '',
      '<bob@example.com>: connect to mx.example.com[192.0.2.2]:25: Connection timed out',
    ],
    is: 'bounce; ann@example.org for good 5.1.1 550; bob@example.com for now - -',
  },
  'French without its accent': {
    from: 'postmaster@mx.example.net',
    subject: 'Echec de la remise : Lampe',
    text: ["Votre message n'a pas pu être remis :", 'ann@example.org', "L'adresse est introuvable."],
    is: 'bounce; ann@example.org for good - -',
  },
};

describe('bounces in other languages', () => {
  test.each(Object.entries(written))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });

  test.each(Object.entries(languages))('%s', async (_name, [subject, bad, full]) => {
    const shape = (words: string) => ({
      from: 'postmaster@mx.example.net',
      subject: `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
      text: ['ann@example.org', words, ''],
      is: '',
    });
    expect(await told(shape(bad))).toBe('bounce; ann@example.org for good - -');
    expect(await told(shape(full))).toBe('bounce; ann@example.org for now - -');
  });
});

describe('a postmaster whose subject says nothing known', () => {
  const postmaster = (...text: string[]) => ({
    from: 'postmaster@mx.example.net',
    subject: 'Lampa',
    text,
    is: '',
  });

  test.each([
    ['in Polish', ['Wiadomość nie dotarła do:', '', 'ann@example.org', 'Nieznany odbiorca']],
    ['in French', ['Votre courriel est revenu de :', '', 'ann@example.org : adresse inconnue']],
    ['in Russian', ['Письмо вернулось:', '', 'ann@example.org', 'Нет такого пользователя']],
  ])('says %s that nobody has an address', async (_name, text) => {
    expect(await told(postmaster(...text))).toBe('bounce; ann@example.org for good - -');
  });

  test('may write of something else', async () => {
    expect(await told(postmaster('Our address has changed, write to', 'ann@example.org', 'Thank you'))).toBe(
      'customer',
    );
    const asks = postmaster('Who is', 'ann@example.org', 'We have no such user.');
    expect(await told({ ...asks, nullPath: false })).toBe('customer');
  });
});
