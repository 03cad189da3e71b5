/** The words of a server itself decide: names that stand in its answer, and words of the program that repeats it, do not. */
import { describe, expect, test } from 'vitest';
import { failureOf } from './failure-reason.ts';

const isPermanent = (diagnostic: string, status?: string) => failureOf({ status, diagnostic, text: '' }).permanent;

describe('names say nothing', () => {
  test.each([
    ['an address at a host of a check', '550 <eva@dkim.example>: User unknown'],
    ['an address at a host of encryption', '550 5.1.1 <eva@starttls.example>: User unknown'],
    ['an address for junk', '550 No such user junk@firm.example'],
    ['an address that reads as a delay', "550 <temporary@firm.example>: Recipient doesn't exist"],
    ['an address that reads as a full mailbox', '550 mailbox-full@quota.example... User unknown'],
    ['a host of a filter', '550 antivirus.mx.firm.example: No such user eva@firm.example'],
    ['an address among ideographs', '550 收件人spam@firm.example不存在'],
  ])('%s: for good', (_name, answer) => {
    expect(isPermanent(answer)).toBe(true);
  });

  test.each([
    ['an address that reads as unknown', '554 5.7.0 <eva@unknown-user.example>: Refused'],
    ['a user called unknown', '554 5.7.0 unknown.user@firm.example: Refused'],
    ['a host that reads as unknown', '554 5.7.0 no.such.user.example: Refused'],
  ])('%s: for now', (_name, answer) => {
    expect(isPermanent(answer)).toBe(false);
  });
});

/** Before the answer stands what was answered to. */
const programs: [string, (answer: string) => string][] = [
  ['qmail', (answer) => `203.0.113.9 does not like recipient.\nRemote host said: ${answer}\nGiving up on 203.0.113.9.`],
  [
    'Exim',
    (answer) =>
      `host mx.firm.example [203.0.113.9]\n SMTP error from remote mail server after RCPT TO:<eva@firm.example>:\n ${answer}`,
  ],
  ['Postfix', (answer) => `host mx.firm.example[203.0.113.9] said: ${answer} (in reply to RCPT TO command)`],
  [
    'GMX',
    (answer) =>
      `SMTP error from remote server for RCPT TO command, host: mx.firm.example (203.0.113.9) reason: ${answer}`,
  ],
  ['IronPort', (answer) => `Recipient: <eva@firm.example> Reason: ${answer}`],
  ['Exchange', (answer) => `eva@firm.example Remote Server returned '${answer}'`],
];
const ofSomethingElse = [
  '500 5.5.1 Unknown command',
  '550 Invalid sender',
  '550 unknown error',
  '550 5.7.1 Certificate is not valid',
  "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
  '550 Your mail is not valid: no Date',
  '550 The account of the sender has been suspended',
];
const ofTheAddress = [
  '550 5.1.1 User unknown',
  '550 Requested action not taken: mailbox unavailable',
  '550 eva@firm.example... No such user',
  '551 User not local',
  '550 <eva@firm.example>: disabled',
  '550 eva@firm.example is no longer valid',
  '550 does not exist - eva@firm.example',
  '550 unknown',
  '550 recipient address invalid, please try again after correcting it',
];

describe.each(programs)('what %s repeats', (_name, repeated) => {
  test.each(ofSomethingElse)('for now: %s', (answer) => {
    expect(isPermanent(repeated(answer))).toBe(false);
  });
  test.each(ofTheAddress)('for good: %s', (answer) => {
    expect(isPermanent(repeated(answer))).toBe(true);
  });
});

test('what is unknown stands in the sentence that names the address', () => {
  expect(isPermanent('554 We know the recipient. The reason is unknown to us')).toBe(false);
  expect(isPermanent('554 The recipient... is unknown to us')).toBe(true);
});

test.each([
  ['5.3.0', '550 5.1.1 <eva@firm.example>: User unknown', '5.1.1', true],
  ['5.3.0', '554 5.3.0 rejected', '5.3.0', false],
  ['5.3.0', '552 5.2.2 Mailbox full', '5.2.2', false],
  ['4.0.0', '550 5.1.1 User unknown', '5.1.1', true],
  ['4.0.0', '450 4.2.0 Greylisted, formerly 550 5.1.1 User unknown', '4.2.0', false],
  ['4.0.0', '450 5.1.1 User unknown', '4.0.0', false],
  ['5.0.0', '550 5.1.1 User unknown', '5.1.1', true],
  ['5.1.1', '550 5.2.2 Mailbox full', '5.1.1', false],
])('a field of %s beside %s', (status, diagnostic, code, permanent) => {
  expect(failureOf({ status, diagnostic, text: '' })).toMatchObject({ code, permanent });
});

test('a field that says nothing, and words of the server only in the text', () => {
  const text = 'mx.firm.example says:\n 550 5.1.1 <eva@firm.example>... unknown user account';
  expect(failureOf({ status: '4.0.0', diagnostic: '', text })).toMatchObject({ code: '5.1.1', permanent: true });
});

test('a name that Go’s resolver does not find', () => {
  expect(isPermanent('failed to get IPs from PTR record: lookup firm.example: no such host', '5.4.4')).toBe(true);
});

test.each([
  '550 Unbekannter Empfaenger',
  '550 Kein solcher Benutzer',
  '550 Konto existiert nicht',
  '550 Uzytkownik nieznany',
  '550 Konto nie istnieje',
  '550 Uzivatel neznamy',
  '550 Neznamy prijemce',
  '550 Ismeretlen felhasznalo',
  '550 Bilinmeyen kullanici',
  '550 Alici bulunamadi',
  '550 Неизвестный получатель',
  '550 Нет такого ящика',
  '550 Пользователь не зарегистрирован',
  '550 查無此人',
  '550 无此用户',
  "554 RCPT (eva@firm.example) dosn't exist",
  '550 mailbox has been removed',
  '550 Employee has left the company',
  '550 Person not found',
  "550 Sorry, we don't have that user",
  '550 User is not registered',
  '550 Unregistered user',
  '550 Mail for eva@firm.example is no longer accepted',
  'Illegal host/domain name found',
  '550 Undeliverable address',
  "550 Can't find recipient eva",
  '550 address does not resolve to a mailbox',
  '550 Address is not handled by this system',
  '550 Teilnehmer unbekannt',
  '550 Boîte aux lettres inexistante',
  '550 Endereço inválido',
  '550 Onbekend adres',
  '550 Mailbox bestaat niet',
  '550 Användaren finns inte',
  '550 Brugeren findes ikke',
  '550 Adressen finnes ikke',
  '550 Käyttäjää ei ole',
  '550 Utilizator necunoscut',
  '550 Ο χρήστης δεν υπάρχει',
  '550 Alıcı bilinmiyor',
  '550 המשתמש לא קיים',
  '550 該当するアドレスはありません',
  '550 없는 사용자입니다',
  '550 Người dùng không tồn tại',
  'domain has no valid mail exchangers',
  'MX record not found',
  'No DNS entry for firm.example',
  '550 All recipients invalid',
  '550 eva@firm.example is not a user here',
  '550 Inexistent mailbox',
  '550 Cannot resolve address',
  '550 Unknown relay recipient',
  '550 nobody here by that name',
  'RESOLVER.ADR.ExRecipNotFound; not found',
  "Couldn't find a mail exchanger (MX) for the domain",
  'DNS server returned answer with no data',
  'No mail server for domain',
])('in the letters and the spelling of whoever set up the server, for good: %s', (answer) => {
  expect(isPermanent(answer)).toBe(true);
});

test.each([
  '550 5.1.1 <a@firm.example>: user unknown in account locked table',
  '550 mailbox eva@firm.example does not exist. Account locked or unknown',
  '550 No such user here. The mailbox was suspended or never existed',
  '550 Unknown user; account suspended or closed',
  '550 no such user here; notice for sender',
  '550 User unknown, copy for the sender',
  '550 No such mailbox. This is a report of mail from centre.test',
])('beside other words, for good: %s', (answer) => {
  expect(isPermanent(answer)).toBe(true);
});

test.each([
  '550 Message not accepted, recipient is not registered for large files',
  '550 Message refused: user not registered to receive attachments',
  '550 Auftrag und Konto bis Montag unbekannt',
  '554 Annahme verweigert, Kontostand und Lieferdatum noch unbekannt',
  '554 Zustellung abgelehnt: Nutzerkonto eva, Grund unbekannt',
  '550 Account temporarily locked',
  '550 The mailbox has been frozen',
  '550 mailbox of eva@firm.example suspended',
  '550 account suspended for unknown reasons',
  '554 Адрес получателя eva@firm.example. Удаленный сервер отказал',
  '554 У получателя спам не обнаружен, отказ',
  '550 kalici hata, neden bilinmiyor',
  '554 kalici hata: izin yok',
  '550 Bu adres yoksa tekrar deneyin',
  '550 Vastaanottajaa ei ole tavoitettu',
  '550 παραλήπτης: δεν υπάρχει χώρος',
  '550 該当するアドレスに配信しました',
  '550 권한이 없는 사용자',
  '550 Kirim ke penerima. Tidak ada tindakan',
  '550 Your IP address is incorrect',
  '550 IP address 203.0.113.5 does not resolve',
  '550 IP address not registered',
  '550 recipients: unknown error',
  '550 recipient was removed from the message',
  '550 Mail to us is no longer accepted',
  '550 No DNS entry for 203.0.113.5',
  '550 cannot resolve address 203.0.113.5',
  '550 mail server not active',
  '550 destinatário: mensagem inválida',
  '550 La boîte a rejeté le message, erreur inconnue',
])('of something else, though it has a word of the address: for now: %s', (answer) => {
  expect(isPermanent(answer)).toBe(false);
});

test.each([
  'If you are not an addressee of this message please delete it.',
  'If you are not a recipient of this mail, destroy it.',
  'Undeliverable addresses: one.',
  'This message is for the recipients above. Recipients that are not in this company shall delete it.',
  'Auftrag und Konto bis Montag unbekannt',
])('what else stands in a report says nothing of the address: %s', (text) => {
  expect(failureOf({ status: '5.0.0', diagnostic: '554 rejected', text: `554 rejected\n\n${text}` }).permanent).toBe(
    false,
  );
});

test.each([
  '550 5.1.7 Invalid address: sender',
  '550 5.1.1 Refused due to recipient preferences',
  '554 Email rejected due to security policies',
  '550 Domain centre.test does not exist or DNS lookup failed for MAIL FROM',
  '550 invalid DNS MX or A/AAAA resource record of sender',
  'No route found to domain FIRM from server MAIL1/FIRM. Check Domain documents in Domino Directory.',
  'Several matches found in Domino Directory',
  '535 The user name or password is incorrect',
  '550 I cannot resolve your domain',
  '550 5.7.27 sender has null MX',
])('of the sender, of what the recipient wants, of the way there: for now: %s', (answer) => {
  expect(isPermanent(answer)).toBe(false);
});

test('rows of dots take no longer than other words', () => {
  const begun = process.cpuUsage();
  isPermanent(`550 ${`user ${'.'.repeat(90)} `.repeat(40)}`);
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(500);
});
