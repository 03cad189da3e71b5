/** Persons write of absence and of automatic answers as well: what they ask for waits for an agent, and no machine answers it. */
import { describe, expect, test } from 'vitest';
import { parseMail } from '../schema.ts';
import { mailOf, testDeps } from '../test-deps.ts';
import { encoded } from '../reports/test-bounces.ts';

async function readAs(subject: string, text: string, ...headers: string[]) {
  const raw = mailOf(
    'From: ida@firm.example',
    `Subject: ${encoded(subject)}`,
    'Content-Type: text/plain; charset=utf-8',
    ...headers,
    '',
    text,
  );
  const { kind, automatic } = await parseMail(raw, { from: null, to: ['service@centre.test'] }, testDeps());
  return `${kind}${automatic === true ? ', of itself' : ''}`;
}

const person = 'customer, of itself';
const answer = 'auto-reply, of itself';

describe('who says that they are away and asks for something', () => {
  test.each([
    ['Out of office: delivery on Monday', 'I am out of the office, please deliver on Tuesday.'],
    ['Out of office: delivery', 'I am out of the office on Monday. Can the driver come on Tuesday?'],
    ['Abwesend: Lieferung 4711', 'Wir sind bis Montag nicht im Büro, bitte liefern Sie eine Woche später.'],
    ['Hors du bureau : livraison', 'Je suis absent lundi, merci de livrer mardi.'],
    ['Fuera de la oficina: entrega', 'Estaré fuera el lunes, ¿pueden entregar la lámpara el martes?'],
    ['Fuori ufficio: consegna', 'Sono fuori ufficio lunedì, potete consegnare martedì.'],
    ['Вне офиса: доставка', 'Меня не будет в понедельник, пожалуйста, доставьте во вторник.'],
    ['Poza biurem: dostawa', 'Jestem poza biurem do środy. Proszę dostarczyć lampę w czwartek.'],
  ])('%s', async (subject, text) => {
    expect(await readAs(subject, text)).toBe(person);
    expect(await readAs(subject, text, 'Precedence: bulk')).toBe(answer);
    expect(await readAs(subject, text, 'X-Auto-Response-Suppress: OOF')).toBe(answer);
  });

  test.each([
    'I am out of the office until 9 March. Please contact Bob at bob@firm.example.',
    'I am away. For urgent matters please call +1 555 0100. Do you need help at once? Call Bob.',
    'I am on leave until Monday. Please send urgent requests to our team. Please leave a message.',
    'I am out of the office.\n\nAm 3. März 2026 schrieb Desk <desk@centre.test>:\n> Could you send us a picture?\n> Which lamp is it?',
    'Ich bin bis Montag nicht im Büro. Bitte senden Sie dringende Anfragen an bob@firm.example.',
    'Je suis absent jusqu’à lundi. Merci de contacter Bob.',
    'Estaré fuera de la oficina. Por favor, envíe su mensaje a Bob.',
    'Jestem poza biurem. Proszę o kontakt z Bobem.',
  ])('unlike who only names somebody else: %s', async (text) => {
    expect(await readAs('Out of office: Lamp', text)).toBe(answer);
  });
});

describe('who says nothing of being away', () => {
  test.each([
    ['Out of office: the reply does not work', 'I want my money back by Friday.'],
    ['Out of office: not sent', 'Please get back to me, the notes are not sent.'],
    ['Out of office: not sent', 'We are not at all happy with it.'],
    ['Out of office: not sent', 'Your automatic reply has been broken since May.'],
    ['Abwesend: kommt nie an', 'Ich bin mit dem Programm nicht zufrieden.'],
    ['Abwesend: kommt nie an', 'Ihr Server ist nicht erreichbar.'],
    ['Hors du bureau : rien ne part', 'Je ne suis pas content de votre programme.'],
    ['Hors du bureau : rien ne part', 'Je suis sûr que ce n’est pas mon erreur.'],
  ])('%s / %s', async (subject, text) => {
    expect(await readAs(subject, text)).toBe(person);
  });

  test.each([
    'I will be back in the office on Monday.',
    'Back on Monday, with no e-mail access until then.',
    'I am returning on 9 March.',
    'We’re away.',
    'I am currently on annual leave.',
    'This is an automated response.',
    'Bin bis Montag nicht erreichbar.',
    'Vom 3. bis 9. März bin ich nicht im Hause.',
    'Je ne suis pas au bureau.',
    'Je suis en congé, de retour lundi.',
  ])('unlike: %s', async (text) => {
    expect(await readAs('Out of office: Lamp', text)).toBe(answer);
  });
});

describe('who asks about automatic answers', () => {
  test.each([
    ['自动回复：如何设置', '您好，请问在你们的系统里怎么设置？'],
    ['自动回复：如何设置', '你好，请告诉我设置方法。'],
    ['Automatic reply: how do I switch it off?', 'Hello, where in your program is it switched off?'],
    ['Auto-reply: does not work', 'Hello, since the update nothing is sent. Can you help?'],
    ['Automatic reply', 'Can you tell me how the automatic reply is switched off?'],
    ['Automatische Antwort: wie schalte ich sie aus', 'Guten Tag, bitte erklären Sie mir das.'],
    ['Abwesenheitsnotiz: funktioniert nicht', 'Seit dem Update geht nichts hinaus. Können Sie helfen?'],
    ['Réponse automatique : comment faire', 'Bonjour, pouvez-vous m’expliquer ?'],
    ['Respuesta automática: cómo se activa', 'Hola, ¿cómo se activa en su programa?'],
    ['自動返信：設定方法', 'お世話になります。設定の仕方を教えてください。'],
    ['Автоответ: как отключить', 'Здравствуйте, подскажите, как его отключить?'],
  ])('%s', async (subject, text) => {
    expect(await readAs(subject, text)).toBe(person);
    expect(await readAs(subject, text, 'In-Reply-To: <a@centre.test>')).toBe(answer);
    expect(await readAs(subject, text, 'X-Auto-Response-Suppress: All')).toBe(answer);
    expect(await readAs(subject, text, 'Precedence: junk')).toBe(answer);
  });

  test.each([
    ['Automatic reply: Lamp', 'Thank you for your mail. We answer within two days.'],
    ['Automatic reply: How do I pay?', 'Thank you for your mail. We answer within two days. Questions? Call us.'],
    ['Automatic reply: How do I pay?', 'I am out of the office until Monday. Can I help you then with the lamp?'],
    ['Automatic reply: Re: How do I pay?', 'Can you tell me how the automatic reply is switched off?'],
    ['自动回复：如何付款', '您好，我正在休假，紧急事务请联系李明。'],
    ['自动回复：您的订单', '您的邮件已收到，我们会尽快处理。'],
    ['Automatische Antwort: Wie zahle ich?', 'Vielen Dank für Ihre Nachricht, wir melden uns.'],
    ['Automatic reply: How do I pay?', ''],
  ])('unlike %s / %s', async (subject, text) => {
    expect(await readAs(subject, text)).toBe(answer);
  });
});
