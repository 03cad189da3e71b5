/** Bounces by their words alone. */
import { describe, expect, test } from 'vitest';
import { told } from './test-bounces.ts';

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

describe('bounces in other languages', () => {
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
