/** Notices of mail servers that still try, by their words alone: made for these tests. */
import { describe, expect, test } from 'vitest';
import { encoded, told, type Shape } from './test-bounces.ts';

const is = 'delivery-notice; ann@example.org for now - -';
const pm = { from: 'postmaster@example.org', nullPath: false, is };

const shapes: Record<string, Shape> = {
  German: {
    ...pm,
    subject: encoded('Verzögert: Lampe'),
    text: [
      'Ihre Nachricht an ann@example.org wurde noch nicht zugestellt.',
      'Es wird weiterhin versucht, sie zuzustellen.',
    ],
  },
  French: {
    ...pm,
    subject: encoded('Retardé : Lampe'),
    text: ["Votre message à ann@example.org n'a pas encore été remis. Nous continuerons d'essayer de le remettre."],
  },
  Spanish: {
    ...pm,
    subject: encoded('Retrasado: Lámpara'),
    text: ['El mensaje a ann@example.org todavía no se ha entregado. Se seguirá intentando la entrega.'],
  },
  Italian: {
    ...pm,
    subject: encoded('Ritardato: Lampada'),
    text: ['Il messaggio per ann@example.org non è ancora stato recapitato. Verranno effettuati altri tentativi.'],
  },
  Portuguese: {
    ...pm,
    subject: encoded('Atrasado: Lâmpada'),
    text: ['A mensagem para ann@example.org ainda não foi entregue. Continuaremos tentando entregá-la.'],
  },
  Dutch: {
    ...pm,
    subject: encoded('Vertraagd: Lamp'),
    text: ['Het bericht aan ann@example.org is nog niet bezorgd. Er wordt nog steeds geprobeerd het te bezorgen.'],
  },
  Polish: {
    ...pm,
    subject: encoded('Opóźniono: Lampa'),
    text: ['Wiadomość do ann@example.org nie została jeszcze dostarczona. Próby dostarczenia będą kontynuowane.'],
  },
  Russian: {
    ...pm,
    subject: encoded('Задержано: Лампа'),
    text: ['Сообщение для ann@example.org ещё не доставлено. Попытки доставки будут продолжены.'],
  },
  Japanese: {
    ...pm,
    subject: encoded('配信遅延: ランプ'),
    text: ['ann@example.org へのメッセージはまだ配信されていません。引き続き配信を試みます。'],
  },
  Chinese: { ...pm, subject: encoded('延迟: 灯'), text: ['发往 ann@example.org 的邮件尚未送达。系统将继续尝试传递。'] },
  'Spanish of Exchange': {
    ...pm,
    subject: encoded('Entrega retrasada: Lámpara'),
    text: ['La entrega a ann@example.org se ha retrasado. El mensaje todavía no se ha entregado.'],
  },
  'Portuguese of Exchange': {
    ...pm,
    subject: encoded('Entrega atrasada: Lâmpada'),
    text: ['A mensagem para ann@example.org ainda não foi entregue. Continuaremos tentando entregá-la.'],
  },
  'Italian of Exchange': {
    ...pm,
    subject: encoded('Recapito ritardato: Lampada'),
    text: ['Il messaggio per ann@example.org non è ancora stato recapitato. Verranno effettuati altri tentativi.'],
  },
  'Dutch of Exchange': {
    ...pm,
    subject: encoded('Bezorging vertraagd: Lamp'),
    text: ['Het bericht aan ann@example.org is nog niet bezorgd.'],
  },
  'Chinese of a provider': {
    ...pm,
    subject: encoded('邮件延迟投递通知'),
    text: ['您发往 ann@example.org 的邮件尚未送达，系统将继续尝试投递 48 小时。'],
  },
  'a customer who waits in Spanish': {
    from: 'ann@example.org',
    nullPath: false,
    subject: encoded('Entrega retrasada: pedido 5'),
    text: ['El pedido todavía no se ha entregado. ¿Cuándo llega?'],
    is: 'customer',
  },
  'a customer who waits in Chinese': {
    from: 'ann@example.org',
    nullPath: false,
    subject: encoded('邮件延迟投递通知'),
    text: ['我收到这样的通知，包裹尚未送达，快递将继续尝试投递。请问什么时候到？'],
    is: 'customer',
  },
  'French daemon': {
    from: 'MAILER-DAEMON@example.org',
    subject: encoded('Message différé'),
    text: ["Votre message à ann@example.org n'a pas encore été remis."],
    is,
  },
  'a daemon that gave up, German': {
    from: 'MAILER-DAEMON@example.org',
    subject: encoded('Unzustellbar: Lampe'),
    text: [
      'ann@example.org',
      'Die Nachricht wurde verzögert und konnte nicht zugestellt werden. Es wird nicht weiter versucht.',
    ],
    is: 'bounce; ann@example.org for now - -',
  },
  'a customer who waits': {
    from: 'ann@example.org',
    nullPath: false,
    subject: encoded('Verzögert: Lieferung'),
    text: ['Wird weiterhin versucht, die Lampe zuzustellen?'],
    is: 'customer',
  },
  'a customer who waits in French': {
    from: 'ann@example.org',
    nullPath: false,
    subject: encoded('Retardé : colis'),
    text: ["Mon colis n'a pas encore été remis."],
    is: 'customer',
  },
};

describe('notices of delay', () => {
  test.each(Object.entries(shapes))('%s', async (_name, shape) => {
    expect(await told(shape)).toBe(shape.is);
  });
});
