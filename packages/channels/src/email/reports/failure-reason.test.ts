/** What servers answer, and whether it is said of the address, for good, or of something else. */
import { describe, expect, test } from 'vitest';
import { failureOf } from './failure-reason.ts';

/** As Postfix repeats it: the name of the host that said it stands before, and is nothing that was said. */
const said = (answer: string) =>
  failureOf({
    status: /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(answer)?.[0] ?? '5.0.0',
    diagnostic: answer,
    text: `<ann@example.org>: host mx.example.org[203.0.113.5] said: ${answer} (in reply\n    to RCPT TO command)`,
  });

const ofTheAddress = [
  '550 5.1.1 User unknown',
  '550 5.4.1 All recipient addresses rejected : Access denied',
  '550 The recipient cannot be verified',
  '550 ann@example.org is not one of our users',
  '550 We do not have an account by that name',
  '550 Destinatário inexistente',
  '550 Cuenta de correo inexistente',
  '550 5.1.1 Utilisateur inexistant',
  '550 5.4.4 Domain example.org does not resolve',
  '550 5.1.2 Host unknown (Name server: example.org: host not found)',
  'Utente ann (ann@example.org) non elencato nella Directory di Domino',
  'El usuario ann no figura en el Directorio de Domino',
  "L'utilisateur ann n'est pas répertorié dans l'annuaire de Domino",
  'ホスト不明です',
  'ann@example.org   No matches to nameserver query',
  '550 непознат корисник',
  '550 tundmatu kasutaja',
  '550 nežinomas vartotojas',
  '550 nezināms lietotājs',
  '550 usuari desconegut',
];
const ofSomethingElse = [
  '554 5.6.0 Invalid message content',
  '554 5.6.0 Unknown content',
  '550 5.6.3 Invalid character set name',
  '550 Unknown attachment type',
  '550 5.7.1 Invalid message: subject not valid',
  '550 5.7.1 message with unknown charset not accepted here',
  '550 5.7.1 mail not accepted from unknown domain centre.test',
  '550 Mail from invalid domain name',
  '550 too many invalid recipients',
  '521 5.2.1 : This system will not accept delivery of this message.',
  '550 5.2.2 Mailbox full',
  '550 [SUSPEND] Mailbox currently suspended',
  '550 5.2.1 The account of ann@example.org is suspended',
  '550 5.1.1 <ann@example.org>: suspended',
  '550 Account locked',
  '554 5.7.1 Relay access denied',
  '550 5.7.25 Client host rejected: cannot find your hostname',
  '550 5.2.1 The user you are trying to contact is receiving mail too quickly',
  '550-5.2.1 The user you are trying to contact is receiving mail at a rate that\n550 5.2.1 prevents additional messages from being delivered.',
  '521 5.2.1 : (CON:B1) https://postmaster.example.com/error-codes#554conb1',
];

describe('what a server answered', () => {
  test.each(ofTheAddress)('for good: %s', (answer) => {
    expect(said(answer)).toMatchObject({ permanent: true });
  });
  test.each(ofSomethingElse)('for now: %s', (answer) => {
    expect(said(answer)).toMatchObject({ permanent: false });
  });
});

test.each([
  ['552 1 Requested mail action aborted, mailbox not found', '552'],
  ['250 2.6.0 Message received', '250'],
  ['250 ok 1204 qp 99', '250'],
  ['571 Delivery not authorized, message refused', '571'],
  ['原因：550 RCPT (ann@example.org) unknown', '550'],
  ['<ann@example.org>... 551 User not local; please try <ann@example.net>', '551'],
  ['connect to mx.example.org (port 465): refused', undefined],
  ['connect to mx.example.org[203.0.113.5]: 25 tries', undefined],
])('the reply code of %s', (diagnostic, replyCode) => {
  expect(failureOf({ status: undefined, diagnostic, text: '' }).replyCode).toBe(replyCode);
});
