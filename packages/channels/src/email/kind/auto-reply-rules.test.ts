/** What answers by itself, and what persons write or have passed on. */
import { describe, expect, test } from 'vitest';
import { signBounceAddress } from '../bounce-address.ts';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { encoded } from '../reports/test-bounces.ts';

const deps = testDeps();
const service = 'service@centre.test';

interface Sent {
  from?: string;
  subject?: string;
  headers?: string[];
  path?: string | null;
  to?: string;
  text?: string;
}
async function readAs({ from = 'ida@firm.example', subject = 'Lamp', headers = [], path, to = service, text }: Sent) {
  const type = 'Content-Type: text/plain; charset=utf-8';
  const raw = mailOf(`From: ${from}`, `Subject: ${encoded(subject)}`, type, ...headers, '', text ?? 'Is it blue?');
  const { kind, automatic } = await parseMail(raw, { from: path ?? null, to: [to] }, deps);
  return `${kind}${automatic === true ? ', of itself' : ''}`;
}

const generated = 'Auto-Submitted: auto-generated';
const passedOn = 'customer, of itself';
const answer = 'auto-reply, of itself';

describe('Auto-Submitted', () => {
  const bounceAddress = signBounceAddress('0192f7a4-0000-7000-8000-000000000001', 'centre.test', deps.signingKey);

  test.each<[string, Sent, string]>([
    ['a buyer’s question that a marketplace passes on', { from: 'q81@bazaar.example', headers: [generated] }, passedOn],
    ['a form', { headers: [generated, 'Reply-To: leo@home.example'] }, passedOn],
    [
      'a ticket system',
      { headers: [`${generated}; owner-email="desk@firm.example"`, 'X-Auto-Response-Suppress: All'] },
      passedOn,
    ],
    ['a rule that notifies', { headers: ['Auto-Submitted: auto-notified'] }, passedOn],
    ['a form that writes as us', { from: service, headers: [generated] }, passedOn],
    ['an answer by its name', { headers: ['Auto-Submitted: auto-replied'] }, answer],
    ['an answer by what it answers', { headers: [generated, 'In-Reply-To: <a@centre.test>'] }, answer],
    ['an answer by what it refers to', { headers: [generated, 'References: <a@centre.test>'] }, answer],
    ['nobody to answer', { headers: [generated], path: '' }, answer],
    ['who is away', { subject: 'Vacation', headers: [generated] }, answer],
    ['one to many', { headers: [generated, 'Precedence: bulk'] }, answer],
    ['one to where our mails come back', { headers: [generated], to: bounceAddress }, answer],
    ['a notice of ours', { from: service, headers: [generated, 'X-Auto-Response-Suppress: All'] }, answer],
    ['a person', { headers: ['Auto-Submitted: no'] }, 'customer'],
  ])('%s', async (_name, sent, told) => {
    expect(await readAs(sent)).toBe(told);
  });
});

describe('subjects', () => {
  const reply = ['In-Reply-To: <a@centre.test>'];
  test.each([
    'Out of office - Re: Lamp',
    'Out-of-Office: Re: Lamp',
    'Auto-reply from ida@firm.example: Lamp',
    'Autoantwort: Lampe',
    'Automatische Antwort auf: Lampe',
    'Réponse automatique d’absence : Lampe',
    'Contestación automática: Lámpara',
    'Automatic reply',
    'Yahoo! Auto Response',
    'מענה אוטומטי: מנורה',
    'การตอบกลับอัตโนมัติ: โคมไฟ',
    '自動返信',
  ])('name an absence note: %s', async (subject) => {
    expect(await readAs({ subject })).toBe(answer);
  });

  test.each([
    ['Out-of-Office: Lamp', 'I am currently away and will be back on Monday.'],
    ['Out of office: Lamp', 'I am on annual leave until 9 March.'],
    ['Abwesend: Lampe', 'Ich bin bis Montag nicht im Büro.'],
    ['Hors du bureau : lampe', 'Je suis absent jusqu’à lundi.'],
    ['Fuera de la oficina: lámpara', 'Estaré fuera de la oficina hasta el lunes.'],
    ['Fora do escritório: lâmpada', 'Estarei fora até segunda-feira.'],
    ['Fuori ufficio: lampada', 'Sono fuori ufficio fino a lunedì.'],
    ['Poza biurem: lampa', 'Jestem poza biurem do poniedziałku.'],
    ['Вне офиса: лампа', 'Меня не будет в офисе до понедельника.'],
    ['Ofis dışında: lamba', 'Pazartesiye kadar ofis dışındayım.'],
  ])(
    'that say of somebody that they are away name an absence note where the text says so, too: %s',
    async (subject, text) => {
      expect(await readAs({ subject, text })).toBe(answer);
      expect(await readAs({ subject })).toBe(passedOn);
      expect(await readAs({ subject, headers: reply })).toBe(answer);
    },
  );

  const away = 'I will be out of the office starting 03/09/2026 and will not return until 03/16/2026.';
  test.each([
    ['Ida Lee is out of the office.', away],
    ['Ida Lee is out of the office', `Hello,\n\n${away}`],
    ['Ida Lee is out of the office (returning 03/09/2026)', away],
    ['Ida Lee is out of the office (returning 03/09/2026).', away],
    ['Ida Lee is out of the office', `${away} Please contact Bob Ray, bob@firm.example.\n\nIda Lee`],
    ['Ida Lee ist außer Haus', 'Ich bin bis Montag nicht im Büro.'],
    ['Ida Lee est absente du bureau', 'Je suis absente jusqu’à lundi.'],
  ])('that say it of the sender by name do where the text begins by saying so: %s', async (subject, text) => {
    expect(await readAs({ subject, text })).toBe(answer);
    expect(await readAs({ from: 'Lee, Ida <il7@firm.example>', subject, text })).toBe(answer);
    expect(await readAs({ subject })).toBe(passedOn);
    expect(await readAs({ subject, text, from: 'Bob Ray <bob@firm.example>' })).toBe('customer');
  });

  test.each([
    ['Bob Ray is out of the office', 'Please ship it to me instead.'],
    ['Ida Lee is out of the office', 'Please ship it to Bob instead.'],
    ['Bob Ray is out of the office', 'I am back in the office on Monday and decide then; our lamp still flickers.'],
    ['Ida Lee is out of the office', 'I am back in the office on Monday and decide then; our lamp still flickers.'],
    ['Ida Lee is out of the office', 'The lamp still flickers. I am out of the office on Monday.'],
    ['Ida Lee is out of the office (returning 9 March)', 'The lamp still flickers. I am out of the office on Monday.'],
    ['Bob Ray is out of the office (order 4711)', 'Please ship it to me instead.'],
    ['Ida Lee is out of the office', 'I am out of the office until Monday. Where is the lamp now?'],
    ['Ida Lee is out of the office', 'I am out of the office on Monday, the lamp still flickers.'],
    ['Ida Lee is out of the office', 'I am out of the office until Monday.\n\nThe lamp flickers since then.'],
    ['The lamp is out of the office', ''],
    ['Ida Lee is out of the office', ''],
    ['Die Lampe ist außer Haus', ''],
    ['Bob Ray is out of the office', 'Bob is away until Monday, ask me.'],
  ])('that say it of somebody by name are a person’s, in a conversation, too: %s / %s', async (subject, text) => {
    const person = subject.startsWith('Ida') ? passedOn : 'customer';
    expect(await readAs({ subject, text })).toBe(person);
    expect(await readAs({ subject, text, headers: reply })).toBe(person);
    expect(await readAs({ subject, text, path: '' })).toBe(passedOn);
    expect(await readAs({ subject, text, headers: [generated] })).toBe(passedOn);
  });

  test.each([
    ['Out of office: who stands in for Ida?', 'Ida wrote that she is out. Whom do we ask about our lamp?'],
    ['Out of office: the message does not work', 'In your program the message is never sent. Can you help?'],
    ['Ida Lee is out of the office', 'I am out of the office, too. Could you please deliver the lamp on Monday?'],
    ['Abwesend: Lieferung verschieben', 'Bitte liefern Sie eine Woche später, es ist niemand da.'],
    ['Fuori ufficio: come si attiva?', 'Buongiorno, come si attiva la funzione nel vostro programma?'],
  ])('that say so are a person’s where the text asks for something: %s', async (subject, text) => {
    expect(await readAs({ subject, text })).toBe(passedOn);
  });

  test.each([
    'Automatic reply - can it be switched off?',
    'Out of office | two lamps',
    'Abwesend – bitte später liefern',
    'Autosvar - virker ikke',
    'Out of office',
    'Abwesend.',
  ])('are a person’s, too, and answered by a person: %s', async (subject) => {
    expect(await readAs({ subject })).toBe(passedOn);
    expect(await readAs({ subject, headers: reply })).toBe(answer);
  });

  test.each([
    'Abwesenheitsmeldung: Lampe',
    'Absence : lampe',
    'Absent du bureau : lampe',
    'Ausente: lámpara',
    'Frånvaro: Lampa',
    'Niet aanwezig: lamp',
    '不在通知: ランプ',
    '부재중: 램프',
    'On vacation Re: Lamp',
    'I am out of the office',
    'away from my mail',
  ])('tell an absence note beside another sign: %s', async (subject) => {
    expect(await readAs({ subject })).toBe('customer');
    expect(await readAs({ subject, headers: reply })).toBe(answer);
    expect(await readAs({ subject, headers: ['X-Auto-Response-Suppress: OOF'] })).toBe(answer);
    expect(await readAs({ subject, headers: ['Precedence: junk'] })).toBe(answer);
    expect(await readAs({ subject, path: '' })).toBe(answer);
  });

  test.each([
    'Vacation: booking 55',
    'Holiday - booking 55',
    'Holidays',
    'Absence',
    'Abwesenheit.',
    'Annual leave: for Ida',
  ])('are what a person writes about in an old conversation: %s', async (subject) => {
    expect(await readAs({ subject })).toBe('customer');
    expect(await readAs({ subject, headers: [...reply, 'References: <a@centre.test>'] })).toBe('customer');
    expect(await readAs({ subject, headers: ['X-Auto-Response-Suppress: OOF'] })).toBe(answer);
    expect(await readAs({ subject, headers: ['Precedence: junk'] })).toBe(answer);
    expect(await readAs({ subject, headers: [...reply, generated] })).toBe(answer);
    expect(await readAs({ subject, path: '' })).toBe(answer);
  });

  test.each(['Vacation: Re: Lamp', 'Holiday Re: Lamp', 'On annual leave: Lamp'])(
    'repeat what they answer, or say where somebody is: %s',
    async (subject) => {
      expect(await readAs({ subject })).toBe('customer');
      expect(await readAs({ subject, headers: reply })).toBe(answer);
    },
  );

  test.each(['I: Ordine 4711 non arrivato', 'i: problem', 'I - need help', 'I', 'I.', '[#12] I: Ordine'])(
    'of what an Italian passes on, or that begin with its letter, say nothing: %s',
    async (subject) => {
      expect(await readAs({ subject })).toBe('customer');
      expect(await readAs({ subject, headers: reply })).toBe('customer');
    },
  );

  test.each(['Autosvar virker ikke', 'Re: Automatic reply: Lamp', 'Fw: Abwesend: Lampe', 'Away with these lamps!'])(
    'say nothing: %s',
    async (subject) => {
      expect(await readAs({ subject, headers: reply })).toBe('customer');
    },
  );
});
