/** How mail programs quote, in their languages: lines as they write them, put together for these tests. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

const who = 'Service <service@centre.test>';
const gmail: Record<string, string> = {
  english: `On Tue, Mar 3, 2026 at 10:00 AM ${who} wrote:`,
  'english of Apple': `On 3 Mar 2026, at 10:00, ${who} wrote:`,
  'english of Thunderbird': 'On 3/3/26 10:00 AM, Service wrote:',
  'english of Yahoo': `On Tuesday, March 3, 2026 at 10:00:00 AM GMT+1, ${who} wrote:`,
  'english of Proton': `On Tuesday, March 3rd, 2026 at 10:00 AM, ${who} wrote:`,
  'english, sender first': `${who} wrote on Tue, 3 Mar 2026 10:00:`,
  german: `Am Di., 3. März 2026 um 10:00 Uhr schrieb ${who}:`,
  'german of Apple': `Am 03.03.2026 um 10:00 schrieb ${who}:`,
  'german of GMX': `Gesendet: Dienstag, 03. März 2026 um 10:00 Uhr\nVon: ${who}\nAn: ann@example.org\nBetreff: Lampe`,
  french: `Le mar. 3 mars 2026 à 10:00, ${who} a écrit :`,
  'french of Apple': `Le 3 mars 2026 à 10:00, ${who} a écrit :`,
  spanish: `El mar, 3 mar 2026 a las 10:00, ${who} escribió:`,
  'spanish of Apple': `El 3 mar 2026, a las 10:00, ${who} escribió:`,
  italian: `Il giorno mar 3 mar 2026 alle ore 10:00 ${who} ha scritto:`,
  portuguese: `Em ter., 3 de mar. de 2026 às 10:00, ${who} escreveu:`,
  'portuguese of Portugal': `${who} escreveu (terça, 3/03/2026 à(s) 10:00):`,
  dutch: `Op di 3 mrt 2026 om 10:00 schreef ${who}:`,
  swedish: `Den tis 3 mars 2026 kl 10:00 skrev ${who}:`,
  danish: `Den tirs. 3. mar. 2026 kl. 10.00 skrev ${who}:`,
  norwegian: `tir. 3. mars 2026 kl. 10:00 skrev ${who}:`,
  finnish: `ti 3. maalisk. 2026 klo 10.00 ${who} kirjoitti:`,
  polish: `wt., 3 mar 2026 o 10:00 ${who} napisał(a):`,
  'polish of Apple': `W dniu 3.03.2026 o 10:00, ${who} pisze:`,
  czech: `út 3. 3. 2026 v 10:00 odesílatel ${who} napsal:`,
  slovak: `ut 3. 3. 2026 o 10:00 ${who} napísal(a):`,
  hungarian: `${who} ezt írta (időpont: 2026. márc. 3., K, 10:00):`,
  romanian: `În mar., 3 mar. 2026 la 10:00, ${who} a scris:`,
  greek: `Στις Τρί 3 Μαρ 2026 στις 10:00 π.μ., ο χρήστης ${who} έγραψε:`,
  russian: `вт, 3 мар. 2026 г. в 10:00, ${who}:`,
  'russian of Yandex': `03.03.2026, 10:00, "Service" <service@centre.test>:`,
  'russian of mail.ru': `Вторник, 3 марта 2026, 10:00 +03:00 от ${who}:`,
  'russian of Thunderbird': '03.03.2026 10:00, Service пишет:',
  ukrainian: `вт, 3 бер. 2026 р. о 10:00 ${who} пише:`,
  turkish: `${who}, 3 Mar 2026 Sal, 10:00 tarihinde şunu yazdı:`,
  arabic: `في الثلاثاء، 3 مارس 2026 في 10:00 ص تمت كتابة ما يلي بواسطة ${who}:`,
  hebrew: `בתאריך יום ג׳, 3 במרץ 2026 ב-10:00 מאת ${who}:`,
  vietnamese: `Vào Th 3, 3 thg 3, 2026 vào lúc 10:00 ${who} đã viết:`,
  thai: `เมื่อ อ. 3 มี.ค. 2026 เวลา 10:00 ${who} เขียนว่า:`,
  indonesian: `Pada tanggal Sel, 3 Mar 2026 pukul 10.00 ${who} menulis:`,
  korean: `2026년 3월 3일 (화) 오전 10:00, ${who}님이 작성:`,
  japanese: `2026年3月3日(火) 10:00 ${who}:`,
  'japanese of Apple': `2026/03/03 10:00、${who}のメール:`,
  'japanese of Thunderbird': 'On 2026/03/03 10:00, Service wrote:',
  'simplified chinese': `${who} 于2026年3月3日周二 10:00写道：`,
  'simplified chinese of Apple': `在 2026年3月3日，10:00，${who} 写道：`,
  'traditional chinese': `${who} 於 2026年3月3日 週二 上午10:00寫道：`,
  'simplified chinese of 163': `在 2026-03-03 10:00:00，"Service" <service@centre.test> 写道：`,
  'simplified chinese of 163, at': `At 2026-03-03 10:00:00, "Service" <service@centre.test> wrote:`,
};

const blocks: Record<string, [from: string, sent: string, to: string, subject: string]> = {
  english: ['From', 'Sent', 'To', 'Subject'],
  german: ['Von', 'Gesendet', 'An', 'Betreff'],
  french: ['De', 'Envoyé', 'À', 'Objet'],
  'french with spaces': ['De ', 'Envoyé ', 'À ', 'Objet '],
  spanish: ['De', 'Enviado', 'Para', 'Asunto'],
  italian: ['Da', 'Inviato', 'A', 'Oggetto'],
  portuguese: ['De', 'Enviado', 'Para', 'Assunto'],
  dutch: ['Van', 'Verzonden', 'Aan', 'Onderwerp'],
  swedish: ['Från', 'Skickat', 'Till', 'Ämne'],
  danish: ['Fra', 'Sendt', 'Til', 'Emne'],
  finnish: ['Lähettäjä', 'Lähetetty', 'Vastaanottaja', 'Aihe'],
  polish: ['Od', 'Wysłano', 'Do', 'Temat'],
  czech: ['Od', 'Odesláno', 'Komu', 'Předmět'],
  hungarian: ['Feladó', 'Elküldve', 'Címzett', 'Tárgy'],
  romanian: ['De la', 'Trimis', 'Către', 'Subiect'],
  greek: ['Από', 'Στάλθηκε', 'Προς', 'Θέμα'],
  russian: ['От', 'Отправлено', 'Кому', 'Тема'],
  ukrainian: ['Від', 'Надіслано', 'Кому', 'Тема'],
  turkish: ['Kimden', 'Gönderildi', 'Kime', 'Konu'],
  hebrew: ['מאת', 'נשלח', 'אל', 'נושא'],
  arabic: ['من', 'تم الإرسال', 'إلى', 'الموضوع'],
  japanese: ['差出人', '送信日時', '宛先', '件名'],
  korean: ['보낸 사람', '보낸 날짜', '받는 사람', '제목'],
  'simplified chinese': ['发件人', '发送时间', '收件人', '主题'],
  'traditional chinese': ['寄件者', '寄件日期', '收件者', '主旨'],
};

describe('a reply above a quotation', () => {
  test.each(Object.entries(gmail))('%s', (_name, line) => {
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${line}\n\n> Your order has left.\n> Tomorrow.\n`)).toBe(
      'Thank you!\n\nAnn',
    );
    // Over two lines, as programs break them at 76 characters.
    const broken = line.includes(' <') && !line.includes('\n') ? line.replace(' <', '\n<') : line;
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${broken}\n\n> Your order has left.\n`)).toBe('Thank you!\n\nAnn');
  });

  test.each(Object.entries(blocks))('a block of Outlook, %s', (_name, [from, sent, to, subject]) => {
    for (const mark of ['', '*']) {
      const field = (name: string, value: string) => `${mark}${name}:${mark} ${value}`;
      const block = [
        field(from, who),
        field(sent, '3. 3. 2026 10:00'),
        field(to, 'Ann <ann@example.org>'),
        field(subject, 'Lamp'),
      ];
      expect(replyTextOf(`Thank you!\n\n${block.join('\n')}\n\nYour order has left.\n`)).toBe('Thank you!');
      expect(
        replyTextOf(`Thank you!\n\n________________________________\n${block.join('\n')}\n\nYour order has left.\n`),
      ).toBe('Thank you!');
    }
  });

  test.each([
    ['Sent from my iPhone'],
    ['Sent from my Galaxy'],
    ['Sent from Outlook for iOS'],
    ['Get Outlook for Android'],
    ['Sent from Yahoo Mail on Android'],
    ['Sent with Proton Mail secure email.'],
    ['Von meinem iPhone gesendet'],
    ['Gesendet mit der GMX Mail App'],
    ['Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.'],
    ['Envoyé de mon iPhone'],
    ['Enviado desde mi iPhone'],
    ['Enviado do meu iPhone'],
    ['Inviato da iPhone'],
    ['Verstuurd vanaf mijn iPhone'],
    ['Skickat från min iPhone'],
    ['Sendt fra min iPhone'],
    ['Lähetetty iPhonesta'],
    ['Wysłane z iPhone’a'],
    ['Odesláno z iPhonu'],
    ['Отправлено с iPhone'],
    ['iPhone’umdan gönderildi'],
    ['iPhoneから送信'],
    ['나의 iPhone에서 보냄'],
    ['发自我的iPhone'],
    ['從我的iPhone傳送'],
  ])('%s', (line) => {
    expect(replyTextOf(`Tomorrow.\n\n${line}\n`)).toBe('Tomorrow.');
    expect(replyTextOf(`Tomorrow.\n\n${line}\n\n> When?\n> Where?\n`)).toBe('Tomorrow.');
  });
});

test.each(['---- 回复的原邮件 ----', '---- Replied Message ----'])('the line %s', (line) => {
  expect(replyTextOf(`好的\n${line}\n| 发件人 | ${who} |\n| 日期 | 2026年3月3日 10:00 |\n您好`)).toBe('好的');
});

describe('what only looks like it', () => {
  test.each([
    'On Monday I wrote:\nplease send the lamp',
    'From: Berlin\nTo: Hamburg\nI would like a ticket.',
    'I sent from my office a letter to you.',
    'Am Montag schrieb ich Ihnen: keine Antwort.',
    'My address is ann@example.org:\nplease note it.',
    'Betreff: Rechnung 12\nBitte senden.',
    '2026-03-03 10:00: the lamp broke',
    'Order 2026/03/03 from ann@example.org:\n2 lamps',
    'De: Paris\nA: Lyon',
    'It is about\nDate: 3 March 2026\nSubject: Lamp\nand it broke again.',
  ])('%s', (text) => {
    expect(replyTextOf(text)).toBe(text);
  });
});
