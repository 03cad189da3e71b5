/** Receipts of Italian certified mail in the form of RFC 6109. */
import { expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';

const received = async (kind: string, subject: string, words: string[]) => {
  const raw = mailOf(
    `X-Ricevuta: ${kind}`,
    'X-Riferimento-Message-ID: <sent@centre.test>',
    'From: posta-certificata@pec.example',
    'To: service@centre.test',
    `Subject: ${subject}: Lamp`,
    'Date: Tue, 3 Mar 2026 10:00:00 +0000',
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...words,
  );
  const { kind: is, reports } = await parseMail(raw, { from: null, to: [] }, testDeps());
  return { is, reports };
};
const about = [
  'Il giorno 03/03/2026 alle ore 11:00:00 (+0100) il messaggio "Lamp"',
  'proveniente da "service@centre.test"',
];

test('a mail that could not be handed over is a bounce of our message', async () => {
  const { is, reports } = await received('errore-consegna', 'AVVISO DI MANCATA CONSEGNA', [
    ...about,
    'e destinato all\'utente "ann@pec.example"',
    'ha rilevato un errore: 5.1.1 - indirizzo non valido.',
  ]);
  expect(is).toBe('bounce');
  expect(reports).toMatchObject([
    { recipient: 'ann@pec.example', result: 'failed', permanent: true, code: '5.1.1', messageId: '<sent@centre.test>' },
  ]);
});

test('a mail that lies in the mailbox was delivered', async () => {
  const { is, reports } = await received('avvenuta-consegna', 'CONSEGNA', [
    ...about,
    'ed indirizzato a "ann@pec.example"',
    'è stato consegnato nella casella di destinazione.',
  ]);
  expect(is).toBe('delivery-notice');
  expect(reports).toMatchObject([
    { recipient: 'ann@pec.example', result: 'delivered', messageId: '<sent@centre.test>' },
  ]);
});

test('a mail that a provider took says nothing yet of a recipient', async () => {
  const { is, reports } = await received('accettazione', 'ACCETTAZIONE', [
    ...about,
    'ed indirizzato a: ann@pec.example ("posta certificata")',
    'è stato accettato dal sistema ed inoltrato.',
  ]);
  expect(is).toBe('delivery-notice');
  expect(reports).toEqual([]);
});

test('a customer’s certified mail has no receipt and stays theirs', async () => {
  const { is } = await received('', 'POSTA CERTIFICATA', ['Messaggio di posta certificata']);
  expect(is).toBe('customer');
});
