/** How mail programs and languages introduce an older mail and end a new one; names and dates are made up, the forms are the programs' own. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

const address = '<desk@centre.test>';

/** Lines above quoted ones. */
const introductions: Record<string, string> = {
  'Gmail, a short date': `On 3/3/26, Desk ${address} wrote:`,
  'Gmail, day and time': `On Tue, Mar 3, 2026 at 10:00 AM Desk ${address} wrote:`,
  'Gmail, broken in its bracket': 'On 2026-03-03 at 10:00, Desk <\ndesk@centre.test> wrote:',
  'Apple Mail': `On Mar 3, 2026, at 10:00, Desk ${address} wrote:`,
  'Apple Mail in Dutch': `Op 3 mrt. 2026 om 10:00 heeft Desk ${address} het volgende geschreven:`,
  'Apple Mail in German': `Am 03.03.2026 um 10:00 schrieb Desk ${address}:`,
  'Apple Mail in Swedish': `3 mars 2026 kl. 10:00 skrev Desk ${address}:`,
  'Apple Mail in Finnish': `Desk ${address} kirjoitti 3.3.2026 kello 10.00:`,
  'Gmail in Finnish': `ti 3. maalisk. 2026 klo 10.00 Desk (desk@centre.test) kirjoitti:`,
  'Gmail in Norwegian': `tir. 3. mar. 2026 kl. 10:00 skrev Desk ${address}:`,
  'Gmail in Danish': `Den tir. 3. mar. 2026 kl. 10.00 skrev Desk ${address}:`,
  'Gmail in Swedish': `Den tis 3 mars 2026 kl 10:00 skrev Desk ${address}:`,
  'Gmail in Czech': `út 3. 3. 2026 v 10:00 odesílatel Desk ${address} napsal:`,
  'Gmail in Slovak': `ut 3. 3. 2026 o 10:00 Desk ${address} napísal(a):`,
  'Gmail in Polish': `wt., 3 mar 2026 o 10:00 Desk ${address} napisał(a):`,
  'Gmail in Russian': `вт, 3 мар. 2026 г. в 10:00, Desk ${address}:`,
  'Gmail in Ukrainian': `вт, 3 бер. 2026 р. о 10:00 Desk ${address} пише:`,
  'Gmail in Turkish': `Desk ${address}, 3 Mar 2026 Sal, 10:00 tarihinde şunu yazdı:`,
  'Gmail in Hungarian': `Desk ${address} ezt írta (időpont: 2026. márc. 3., K, 10:00):`,
  'Gmail in Romanian': `În mar., 3 mar. 2026 la 10:00, Desk ${address} a scris:`,
  'Gmail in Greek': `Στις Τρί 3 Μαρ 2026 στις 10:00 π.μ., ο χρήστης Desk ${address} έγραψε:`,
  'Gmail in Hebrew': `‫בתאריך יום ג׳, 3 במרץ 2026 ב-10:00 מאת ‪Desk‬‏ <‪desk@centre.test‬‏>:‬`,
  'Gmail in Arabic': `في الثلاثاء، ٣ مارس ٢٠٢٦ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة Desk ${address}:`,
  'Gmail in Vietnamese': `Vào Th 3, 3 thg 3, 2026 vào lúc 10:00 Desk ${address} đã viết:`,
  'Gmail in Indonesian': `Pada Sel, 3 Mar 2026 pukul 10.00 Desk ${address} menulis:`,
  'Gmail in Thai': `ในวันที่ อ. 3 มี.ค. 2026 เวลา 10:00 Desk ${address} เขียนว่า:`,
  'Gmail in Korean': `2026년 3월 3일 (화) 오전 10:00, Desk ${address}님이 작성:`,
  'Apple Mail in Korean': `2026. 3. 3. 오전 10:00, Desk ${address} 작성:`,
  'Apple Mail in Japanese': `2026/03/03 10:00、Desk ${address}のメール:`,
  'Apple Mail in Chinese': `在 2026年3月3日，上午10:00，Desk ${address} 写道：`,
  'Apple Mail in traditional Chinese': `Desk ${address} 於 2026年3月3日 上午10:00 寫道：`,
  'Netease, with a row of signs': '在 2026-03-03 10:00:00，"Desk" <desk@centre.test> 写道：',
  'Gmail in Catalan': `Missatge de Desk ${address} del dia dt., 3 de març 2026 a les 10:00:`,
  'Gmail in Portuguese': `Em ter., 3 de mar. de 2026 às 10:00, Desk ${address} escreveu:`,
  'Gmail in Bulgarian': `На вт, 3.03.2026 г. в 10:00 Desk ${address} написа:`,
  'Gmail in Croatian': `uto, 3. ožu 2026. u 10:00 Desk ${address} napisao je:`,
  'Gmail in Lithuanian': `2026-03-03, an, 10:00 Desk ${address} rašė:`,
  Thunderbird: 'On 03/03/2026 10:00, Desk wrote:',
  'Thunderbird in German': 'Am 03.03.26 um 10:00 schrieb Desk:',
  'Thunderbird in French': 'Le 03/03/2026 à 10:00, Desk a écrit :',
  'Thunderbird in Italian': 'Il 03/03/2026 10:00, Desk ha scritto:',
  'Thunderbird in Spanish': 'El 3/3/26 a las 10:00, Desk escribió:',
  'Thunderbird in Dutch': 'Op 03-03-2026 om 10:00 schreef Desk:',
  'Thunderbird in Russian': '03.03.2026 10:00, Desk пишет:',
  'Thunderbird in Czech': 'Dne 03. 03. 26 v 10:00 Desk napsal(a):',
  'Thunderbird in Japanese': 'On 2026/03/03 10:00, Desk wrote:',
  Yahoo: `On Tuesday, March 3, 2026 at 10:00:00 AM GMT+1, Desk ${address} wrote: `,
  'Yahoo in Spanish': `En martes, 3 de marzo de 2026, 10:00:00 CET, Desk ${address} escribió:`,
  'Yahoo in German': `Am Dienstag, 3. März 2026 um 10:00:00 MEZ hat Desk ${address} Folgendes geschrieben: `,
  'Yahoo in French': `Le mardi 3 mars 2026 à 10:00:00 UTC+1, Desk ${address} a écrit : `,
  'Yahoo in Italian': `Il martedì 3 marzo 2026 alle ore 10:00:00 CET, Desk ${address} ha scritto: `,
  Zoho: `---- On Tue, 03 Mar 2026 10:00:00 +0100 Desk ${address} wrote ----`,
  'Zoho of today': `---- On Tue, 03 Mar 2026 10:00:00 +0100 desk@centre.test wrote ---`,
  'Notes, between dashes': `-----"Desk" ${address} wrote: -----`,
  'Notes, between dashes, in German': `-----"Desk" ${address} schrieb: -----`,
  'Notes, between dashes, in French': `-----"Desk" ${address} a écrit : -----`,
  Evolution: 'On Tue, 2026-03-03 at 10:00 +0100, Desk wrote:',
  KMail: 'Am Dienstag, 3. März 2026, 10:00:00 CET schrieb Desk:',
  Fastmail: 'On Tue, Mar 3, 2026, at 10:00 AM, Desk wrote:',
  Proton: `On Tuesday, March 3rd, 2026 at 10:00 AM, Desk ${address} wrote:`,
  'Proton of old': `------- Original Message -------\nOn Tuesday, March 3rd, 2026 at 10:00 AM, Desk ${address} wrote:`,
  mutt: 'On Tue, Mar 03, 2026 at 10:00:00AM +0100, Desk wrote:',
  Gnus: 'Desk <desk@centre.test> writes:',
  Pine: 'On Tue, 3 Mar 2026, Desk wrote:',
  news: 'In message <a1@centre.test>, Desk <desk@centre.test> writes:',
  'The Bat': 'Tuesday, March 3, 2026, 10:00:00 AM, you wrote:',
  'a phone': 'Desk <desk@centre.test> wrote:',
  'a phone in German': 'Desk <desk@centre.test> schrieb:',
  Tuta: 'Mar 3, 2026, 10:00 by desk@centre.test:',
  'AOL in lines': 'In a message dated 3/3/2026 10:00:00 AM Central European Standard Time, desk@centre.test writes:',
};

describe('what stands above quoted lines', () => {
  test.each(Object.entries(introductions))('%s', (_name, line) => {
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${line}\n\n> Your order has left.\n> Track it.\n`)).toBe(
      'Thank you!\n\nAnn',
    );
  });
});

/** What stands for the whole rest, with or without signs. */
const blocks: Record<string, string> = {
  'Notes, its fields one below another': `"Desk" ${address}\n03/03/2026 10:00 AM\n\nTo\n<ida@firm.example>\ncc\n\nSubject\nLamp`,
  'Notes in German, with where to answer': `Desk ${address}\n03.03.2026 10:00\nBitte antworten an\ndesk@centre.test\n\n\nAn\nida@firm.example\nKopie\n\nThema\nLampe`,
  'Outlook in French': 'De : Desk <desk@centre.test>\nEnvoyé : mardi 3 mars 2026 10:00\nÀ : Ann\nObjet : Lampe',
  'Outlook in Spanish':
    'De: Desk <desk@centre.test>\nEnviado: martes, 3 de marzo de 2026 10:00\nPara: Ann\nAsunto: Lámpara',
  'Outlook in Spanish of today':
    'De: Desk <desk@centre.test>\nEnviado el: martes, 3 de marzo de 2026 10:00\nPara: Ann\nCC: Bob\nAsunto: Lámpara',
  'Outlook in Italian': 'Da: Desk <desk@centre.test>\nInviato: martedì 3 marzo 2026 10:00\nA: Ann\nOggetto: Lampada',
  'Outlook in Portuguese':
    'De: Desk <desk@centre.test>\nEnviada em: terça-feira, 3 de março de 2026 10:00\nPara: Ann\nAssunto: Lâmpada',
  'Outlook in Dutch': 'Van: Desk <desk@centre.test>\nVerzonden: dinsdag 3 maart 2026 10:00\nAan: Ann\nOnderwerp: Lamp',
  'Outlook in Danish': 'Fra: Desk <desk@centre.test>\nSendt: 3. marts 2026 10:00\nTil: Ann\nEmne: Lampe',
  'Outlook in Swedish': 'Från: Desk <desk@centre.test>\nSkickat: den 3 mars 2026 10:00\nTill: Ann\nÄmne: Lampa',
  'Outlook in Finnish':
    'Lähettäjä: Desk <desk@centre.test>\nLähetetty: tiistai 3. maaliskuuta 2026 10:00\nVastaanottaja: Ann\nAihe: Lamppu',
  'Outlook in Polish': 'Od: Desk <desk@centre.test>\nWysłano: wtorek, 3 marca 2026 10:00\nDo: Ann\nTemat: Lampa',
  'Outlook in Polish with a mark':
    '-----Wiadomość oryginalna-----\nOd: Desk <desk@centre.test>\nWysłano: 3 marca 2026 10:00',
  'Outlook in Czech': 'Od: Desk <desk@centre.test>\nOdesláno: úterý 3. března 2026 10:00\nKomu: Ann\nPředmět: Lampa',
  'Outlook in Hungarian':
    'Feladó: Desk <desk@centre.test>\nElküldve: 2026. március 3. 10:00\nCímzett: Ann\nTárgy: Lámpa',
  'Outlook in Turkish': 'Kimden: Desk <desk@centre.test>\nGönderildi: 3 Mart 2026 Salı 10:00\nKime: Ann\nKonu: Lamba',
  'Outlook in Russian': 'От: Desk <desk@centre.test>\nОтправлено: 3 марта 2026 г. 10:00\nКому: Ann\nТема: Лампа',
  'Outlook in Ukrainian': 'Від: Desk <desk@centre.test>\nНадіслано: 3 березня 2026 р. 10:00\nКому: Ann\nТема: Лампа',
  'Outlook in Greek': 'Από: Desk <desk@centre.test>\nΣτάλθηκε: Τρίτη, 3 Μαρτίου 2026 10:00\nΠρος: Ann\nΘέμα: Λάμπα',
  'Outlook in Bulgarian':
    'От: Desk <desk@centre.test>\nИзпратено: вторник, 3 март 2026 г. 10:00\nДо: Ann\nОтносно: Лампа',
  'Outlook in Croatian': 'Šalje: Desk <desk@centre.test>\nPoslano: 3. ožujka 2026. 10:00\nPrima: Ann\nPredmet: Lampa',
  'Outlook in Slovak': 'Od: Desk <desk@centre.test>\nOdoslané: utorok 3. marca 2026 10:00\nKomu: Ann\nPredmet: Lampa',
  'Outlook in Lithuanian': 'Nuo: Desk <desk@centre.test>\nIšsiųsta: 2026 m. kovo 3 d. 10:00\nKam: Ann\nTema: Lempa',
  'Outlook in Estonian':
    'Saatja: Desk <desk@centre.test>\nSaadetud: teisipäev, 3. märts 2026 10:00\nAdressaat: Ann\nTeema: Lamp',
  'Outlook in Catalan':
    'De: Desk <desk@centre.test>\nEnviat el: dimarts, 3 de març de 2026 10:00\nPer a: Ann\nAssumpte: Llum',
  'Outlook in Icelandic': 'Frá: Desk <desk@centre.test>\nSent: þriðjudagur, 3. mars 2026 10:00\nTil: Ann\nEfni: Lampi',
  'Outlook in Thai': 'จาก: Desk <desk@centre.test>\nส่ง: 3 มีนาคม 2569 10:00\nถึง: Ann\nเรื่อง: โคมไฟ',
  'Outlook in Persian': 'از: Desk <desk@centre.test>\nارسال شده: 3 مارس 2026 10:00\nبه: Ann\nموضوع: چراغ',
  'Outlook in Vietnamese': 'Từ: Desk <desk@centre.test>\nĐã gửi: Thứ Ba, 3 tháng 3, 2026 10:00\nĐến: Ann\nChủ đề: Đèn',
  'Windows Mail, names alone and no subject':
    'From: Desk\nSent: \u200eTuesday\u200e, \u200eMarch\u200e \u200e3\u200e, \u200e2026 \u200e10\u200e:\u200e00\u200e \u200eAM\nTo: Ann',
  'Outlook in Chinese': '发件人: Desk <desk@centre.test>\n发送时间: 2026年3月3日 10:00\n收件人: Ann\n主题: 灯',
  'Outlook in traditional Chinese':
    '寄件者: Desk <desk@centre.test>\n寄件日期: 2026年3月3日 10:00\n收件者: Ann\n主旨: 燈',
  'Outlook in Japanese': '差出人: Desk <desk@centre.test>\n送信日時: 2026年3月3日 10:00\n宛先: Ann\n件名: ランプ',
  'Outlook in Korean':
    '보낸 사람: Desk <desk@centre.test>\n보낸 날짜: 2026년 3월 3일 화요일 10:00\n받는 사람: Ann\n제목: 램프',
  'Outlook, in bold of text':
    '*From:* Desk <desk@centre.test>\n*Sent:* Tuesday, March 3, 2026 10:00\n*To:* Ann\n*Subject:* Lamp',
  'Outlook for Mac': 'From: Desk <desk@centre.test>\nDate: Tuesday, 3 March 2026 at 10:00\nTo: Ann\nSubject: Lamp',
  'Outlook, the name alone':
    'From: Desk [mailto:desk@centre.test]\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: Lamp',
  'Windows Mail in Chinese': '发件人: Desk\n发送时间: 2026年3月3日 10:00\n收件人: ann@example.org\n主题: 灯',
  Foxmail:
    '________________________________\nann@example.org\n \n发件人： Desk\n发送时间： 2026-03-03 10:00\n收件人： Ann\n主题： 灯',
  'Foxmail, the first line': 'ann@example.org\n \nFrom: Desk\nDate: 2026-03-03 10:00\nTo: Ann\nSubject: Lamp',
  QQ: '------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "Desk" <desk@centre.test>;\n发送时间: 2026年3月3日(星期二) 上午10:00',
  'QQ of today':
    '------------------ Original ------------------\nFrom: "Desk" <desk@centre.test>;\nDate: Tue, Mar 3, 2026 10:00 AM',
  'Netease, forwarded by a phone': '---- 回复的原邮件 ----\n发件人 Desk\n日期 2026年03月03日 10:00',
  'Netease in a table':
    '---- Replied Message ----\n| From | Desk<desk@centre.test> |\n| Date | 03/03/2026 10:00 |\n| To | Ann |\n| Subject | Lamp |',
  'Netease in a Chinese table':
    '---- 回复的原邮件 ----\n| 发件人 | Desk<desk@centre.test> |\n| 日期 | 2026年03月03日 10:00 |',
  'Yahoo of old':
    '________________________________\n From: Desk <desk@centre.test>\nTo: Ann <ann@example.org>\nSent: Tuesday, March 3, 2026 10:00 AM\nSubject: Lamp',
  Samsung:
    '-------- Original message --------\nFrom: Desk <desk@centre.test>\nDate: 3/3/26 10:00 (GMT+01:00)\nTo: Ann\nSubject: Lamp',
  'Samsung in German':
    '-------- Ursprüngliche Nachricht --------\nVon: Desk <desk@centre.test>\nDatum: 03.03.26 10:00 (GMT+01:00)\nAn: Ann\nBetreff: Lampe',
  GMX: 'Gesendet: Dienstag, 03. März 2026 um 10:00 Uhr\nVon: "Desk" <desk@centre.test>\nAn: ann@example.org\nBetreff: Lampe',
  'web.de in English':
    'Sent: Tuesday, March 03, 2026 at 10:00 AM\nFrom: "Desk" <desk@centre.test>\nTo: ann@example.org\nSubject: Lamp',
  GroupWise: '>>> Desk <desk@centre.test> 03.03.2026 10:00 >>>',
  'GroupWise in English': '>>> On 3/3/2026 at 10:00 AM, in message <a@centre.test>, Desk <desk@centre.test> wrote:',
  Notes: 'From: Desk/Centre\nTo: Ann/Example@EXAMPLE\nDate: 03/03/2026 10:00\nSubject: Lamp',
  'Notes in German': 'Von: "Desk" <desk@centre.test>\nAn: Ann\nDatum: 03.03.2026 10:00\nBetreff: Lampe',
  'T-Online':
    '-----Original-Nachricht-----\nBetreff: Lampe\nDatum: 2026-03-03T10:00:00+0100\nVon: "Desk" <desk@centre.test>',
  Orange: '> Message du 03/03/26 10:00\n> De : "Desk" <desk@centre.test>\n> A : ann@example.org\n> Objet : Lampe',
  Libero: '----Messaggio originale----\nDa: desk@centre.test\nData: 3-mar-2026 10.00',
  onet: 'W dniu 2026-03-03 10:00:00 użytkownik Desk <desk@centre.test> napisał:',
  'wp.pl': 'Dnia 3 marca 2026 10:00 Desk <desk@centre.test> napisał(a):',
  'mail.ru': 'Вторник, 3 марта 2026, 10:00 +03:00 от Desk <desk@centre.test>:',
  Yandex: '03.03.2026, 10:00, "Desk" <desk@centre.test>:',
  rambler: '03.03.2026, 10:00, Desk пишет:',
  seznam:
    '---------- Původní e-mail ----------\nOd: Desk <desk@centre.test>\nKomu: ann@example.org\nDatum: 3. 3. 2026 10:00:00\nPředmět: Lampa',
  'freemail.hu': 'Desk <desk@centre.test> írta:',
  Naver:
    '-----Original Message-----\nFrom: "Desk" <desk@centre.test>\nTo: <ann@example.org>;\nCc:\nSent: 2026-03-03 (화) 10:00:00 (GMT+09:00)\nSubject: Lamp',
  Posteo: 'Am 03.03.2026 10:00 schrieb desk@centre.test:',
  Roundcube: 'On 2026-03-03 10:00, desk@centre.test wrote:',
  Horde: 'Zitat von Desk <desk@centre.test>:',
  'Horde in English': 'Quoting Desk <desk@centre.test>:',
  SquirrelMail: 'Desk wrote:',
};

describe('what stands above an older mail', () => {
  test.each(Object.entries(blocks))('%s', (_name, block) => {
    const signs = /^(> |Desk wrote|Quoting|Zitat|.*írta)/.test(block) ? '> ' : '';
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${block}\n\n${signs}Your order has left.\n${signs}Track it.\n`)).toBe(
      'Thank you!\n\nAnn',
    );
  });
});

/** What programs put below a mail by themselves. */
const lastLines: readonly string[] = [
  'Sent from my iPhone',
  'Sent from my iPad',
  'Sent from my Galaxy S23',
  'Sent from my Verizon, Samsung Galaxy smartphone',
  'Sent from my T-Mobile 4G LTE Device',
  'Sent from my mobile device',
  'Sent via mobile',
  'Sent with Airmail',
  'Sent from my cell, please forgive my spelling.',
  '(sent from a phone)',
  '<<sent by tablet>>',
  'Sent from my iPod',
  'Sent from my phone',
  'Sent from Outlook for iOS',
  'Sent from Mail for Windows',
  'Sent from Yahoo Mail on Android',
  'Sent from Yahoo Mail for iPhone',
  'Sent from AOL Mobile Mail',
  'Sent via BlackBerry by AT&T',
  'Sent with Proton Mail secure email.',
  'Sent from Proton Mail for iOS',
  'Get Outlook for Android',
  'Download Outlook for Android<https://aka.ms/ghei36>',
  'From my iPhone',
  'Get Outlook for iOS<https://aka.ms/o0ukef>',
  'Yahoo Mail: Search, Organize, Conquer',
  'Von meinem iPhone gesendet',
  'Von meinem Samsung Galaxy Smartphone gesendet.',
  'Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.',
  'Gesendet mit der GMX Mail App',
  'Gesendet von Mail für Windows',
  'Gesendet von Outlook für Android',
  'Outlook für Android beziehen',
  'Envoyé de mon iPhone',
  'Envoyé depuis mon smartphone Samsung Galaxy.',
  'Télécharger Outlook pour iOS',
  'Obtenir Outlook pour Android',
  'Provenance : Courrier pour Windows',
  'Enviado desde mi iPhone',
  'Enviado desde Correo para Windows',
  'Obtener Outlook para iOS',
  'Enviado do meu iPhone',
  'Obter o Outlook para iOS',
  'Inviato da iPhone',
  'Inviato dal mio iPhone',
  'Ottieni Outlook per iOS',
  'Verstuurd vanaf mijn iPhone',
  'Verzonden vanuit Outlook voor Android',
  'Outlook voor Android downloaden',
  'Skickat från min iPhone',
  'Sendt fra min iPhone',
  'Hent Outlook til iOS',
  'Lähetetty iPhonesta',
  'Lähetetty Windowsin Sähköpostista',
  'Wysłane z iPhone’a',
  'Pobierz aplikację Outlook dla systemu Android',
  'Odesláno z iPhonu',
  'Odoslané z iPhonu',
  'Elküldve az iPhone-omról',
  'Trimis de pe iPhone-ul meu',
  'Отправлено с iPhone',
  'Отправлено из мобильной Почты Mail.ru',
  'Отправлено из Почты для Windows',
  'Надіслано з iPhone',
  'iPhone’umdan gönderildi',
  'Στάλθηκε από το iPhone μου',
  'نُشرت من iPhone الخاص بي',
  'נשלח מה-iPhone שלי',
  'iPhoneから送信',
  '나의 iPhone에서 보냄',
  '发自我的iPhone',
  '发自我的 iPhone',
  '发自我的手机',
  '發自我的 iPhone',
  '從我的 iPhone 傳送',
  '从 Windows 版邮件发送',
  '获取 Outlook for iOS',
  'Gửi từ iPhone của tôi',
  'Dikirim dari iPhone saya',
];

describe('the last line of a program', () => {
  test.each(lastLines)('%s', (line) => {
    expect(replyTextOf(`Thank you!\n\nAnn\n\n${line}\n`)).toBe('Thank you!\n\nAnn');
  });
});

describe('lines of people that look like those of programs', () => {
  test.each([
    'It was sent from my house',
    'Sent from my desk, which is easier than from a phone, where I cannot type',
    'Gesendet habe ich es am Montag',
    'Get Outlook to work, please',
    '从我的手机无法登录',
    '从昨天起我的手机收不到信',
    'Get Outlook for our colleagues, please',
    'My manager wrote:\nno',
    'Bob (bob@example.org) told me:\nthe lamp is broken',
    'Original\n--------\nCopy',
    'Date: 3 March\nTo: the hall',
    'From: Berlin\nDate: 3 March 2026 10:00\nTo: Hamburg',
    'From my phone I cannot see it',
  ])('%s', (text) => {
    expect(replyTextOf(`Thank you!\n\n${text}`)).toBe(`Thank you!\n\n${text}`);
  });
});

/** A mail passed on is what the writer wants to be read. */
const forwards: readonly string[] = [
  '---------- Forwarded message ---------',
  '-------- Forwarded Message --------',
  'Begin forwarded message:',
  '> Begin forwarded message:',
  'Forwarded message:',
  '-------- Weitergeleitete Nachricht --------',
  '---------- Weitergeleitete Nachricht ---------',
  'Anfang der weitergeleiteten Nachricht:',
  '---------- Mensaje reenviado ---------',
  'Inicio del mensaje reenviado:',
  '---------- Messaggio inoltrato ---------',
  'Inizio messaggio inoltrato:',
  '---------- Message transféré ---------',
  'Début du message transféré :',
  '---------- Mensagem encaminhada ---------',
  'Início da mensagem reencaminhada:',
  '---------- Doorgestuurd bericht ---------',
  'Begin doorgestuurd bericht:',
  '---------- Videresendt meddelelse ---------',
  '---------- Vidarebefordrat meddelande ---------',
  'Vidarebefordrat brev:',
  '---------- Edelleenlähetetty viesti ---------',
  '---------- Przekazana wiadomość ---------',
  '---------- Přeposlaná zpráva ---------',
  '---------- Továbbított üzenet ---------',
  '---------- İletilen ileti ---------',
  '---------- Пересылаемое сообщение ---------',
  '-------- Перенаправленное сообщение --------',
  'Начало переадресованного сообщения:',
  '---------- 转发的邮件 ---------',
  '-------- 转发的消息 --------',
  '开始转发的邮件：',
  '開始轉寄郵件：',
  '---------- 轉寄的郵件 ---------',
  '---------- 転送メッセージ ---------',
  '転送されたメール：',
  '---------- 전달된 메시지 ---------',
  '---------- Wiadomość przesłana dalej ---------',
  '--- Treść przekazanej wiadomości ---',
  'Początek przekazywanej wiadomości:',
  'Začátek přeposílané zprávy:',
  '-------- Preposlaná správa --------',
  'Začiatok preposlanej správy:',
  '-------- Proslijeđena poruka --------',
  'Započni proslijeđenu poruku:',
  '-------- Posredovano sporočilo --------',
  '-------- Mesaj redirecționat --------',
  'Începe mesajul redirecționat:',
  '-------- Переслане повідомлення --------',
  'Початок листа, що пересилається:',
  '-------- Препратено съобщение --------',
  '-------- Προωθημένο μήνυμα --------',
  '-------- Edastatud kiri --------',
  'Välitetty viesti alkaa:',
  'Továbbított levél kezdete:',
  'Videresendt melding:',
  'Vidarebefordrat mejl:',
  'İleti başlangıcı:',
  '---------- İletilmiş Mesaj ---------',
  '---------- メッセージを転送 ---------',
  '---------- Thư được chuyển tiếp ---------',
  '-------- הודעה שהועברה --------',
  '---------------------- Forwarded by Desk/Centre on 03/03/2026 10:00 ---------------------------',
];

describe('a mail passed on stays', () => {
  test.each(forwards)('%s', (line) => {
    const text = `See below.\n\n${line}\nFrom: Desk <desk@centre.test>\nDate: Tue, 3 Mar 2026 10:00\nTo: Ann\nSubject: Lamp\n\nIt has left.`;
    expect(replyTextOf(text)).toBe(text);
  });
});

describe('a mail passed on without such a line', () => {
  const text =
    'See below.\n\nFrom: Desk <desk@centre.test>\nSent: Tuesday, March 3, 2026 10:00\nTo: Ann\nSubject: Lamp\n\nIt has left.';
  test.each([
    'FW: Lamp',
    'Fwd: Lamp',
    'WG: Lampe',
    'TR : Lampe',
    'RV: Lámpara',
    'ENC: Lâmpada',
    'I: Lampada',
    'VB: Lampa',
    'VL: Lamppu',
    'PD: Lampa',
    'Doorst: Lamp',
    '转发：灯',
    '轉寄: 燈',
    'VS: Lampe',
    'İLT: Lamba',
    'הועבר: מנורה',
    '전달: 램프',
  ])('%s', (subject) => {
    expect(replyTextOf(text, subject)).toBe(text);
  });
  test.each(['Lamp', 'RE: FW: Lamp', 'Re: Lamp', 'I have a lamp', 'Forward: march'])('but not %s', (subject) => {
    expect(replyTextOf(text, subject)).toBe('See below.');
  });
  test('nor what is an answer in Finnish, where the same letters are a forward in Danish', () => {
    const finnish =
      'Kiitos!\n\nLähettäjä: Desk <desk@centre.test>\nLähetetty: 3. maaliskuuta 2026 10:00\nVastaanottaja: Ann\nAihe: Lamppu\n\nSe lähti.';
    expect(replyTextOf(finnish, 'VS: Lamppu')).toBe('Kiitos!');
    const danish =
      'Se nedenfor.\n\nFra: Desk <desk@centre.test>\nSendt: 3. marts 2026 10:00\nTil: Ann\nEmne: Lampe\n\nDen er sendt.';
    expect(replyTextOf(danish, 'VS: Lampe')).toBe(danish);
  });
});
