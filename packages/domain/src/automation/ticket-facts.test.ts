import { ticketFactNames, type FactTest } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { isOpen } from '../calendar.ts';
import { holds } from '../condition.ts';
import { factsOfTicket, type TicketRecord } from './ticket-facts.ts';

const week = { timeZone: 'Asia/Shanghai', intervals: [{ weekday: 5 as const, from: '09:00', to: '17:00' }] };
const hours = { timeZone: week.timeZone, isOpen: (when: Date) => isOpen(when, week) };
const record: TicketRecord = {
  channel: 'email',
  addresses: ['billing@centre.test'],
  sender: 'Ada@Example.com',
  queueId: null,
  requestType: 'refund',
  category: 'customer',
  grade: 'a',
  stage: null,
  vip: true,
  segments: ['big', 'north'],
  tags: ['late'],
  status: 'open',
  priority: 30,
  assigneeId: null,
  subject: 'Rechnung ＡＢＣ',
  text: 'Where is\n my   ORDER?',
  messageKind: 'customer',
  language: null,
  contentLanguage: null,
};
/** Friday, one in the afternoon in Shanghai. */
const at = new Date('2026-11-27T05:00:00Z');
const holdsOn = (more: Partial<TicketRecord>, test: FactTest, when = at) =>
  holds({ join: 'all', tests: [test] }, factsOfTicket({ ...record, ...more }, when, hours));
const words = (name: FactTest['fact']['name'], operator: FactTest['operator'], ...given: string[]): FactTest => ({
  fact: { name },
  operator,
  words: given,
});

describe('facts of a ticket', () => {
  it('are all there', () => {
    expect(new Set(Object.keys(factsOfTicket(record, at, hours)))).toEqual(new Set(ticketFactNames));
  });
  it.each<[FactTest, boolean]>([
    [words('contact-channel', 'is', 'email', 'sms'), true],
    [words('address', 'is', 'BILLING@centre.test'), true],
    [words('sender', 'contains', '@example.com'), true],
    [words('sender', 'contains-not', '@example.com'), false],
    [words('queue', 'is', 'x'), false],
    [{ fact: { name: 'queue' }, operator: 'unknown' }, true],
    [words('language', 'is', 'en'), true],
    [words('request-type', 'is-not', 'refund'), false],
    [words('category', 'is', 'customer', 'mailing-list'), true],
    [words('segment', 'is', 'north'), true],
    [words('tags', 'is', 'late'), true],
    [words('vip', 'is', 'yes'), true],
    [{ fact: { name: 'stage' }, operator: 'known' }, false],
    [{ fact: { name: 'priority' }, operator: 'at-least', number: 30 }, true],
    [words('assigned', 'is', 'no'), true],
    [words('subject', 'contains', 'abc'), true],
    [words('text', 'contains', 'my order', 'nothing'), true],
    [words('text', 'contains', 'parcel'), false],
    [words('text', 'contains', ' '), false],
    [{ fact: { name: 'time-of-day' }, operator: 'at-least', number: 13 * 60 }, true],
    [{ fact: { name: 'time-of-day' }, operator: 'less-than', number: 13 * 60 }, false],
    [words('weekday', 'is', 'fri'), true],
    [words('business-hours', 'is', 'open'), true],
  ])('%j is %s', (test, expected) => expect(holdsOn({}, test)).toBe(expected));

  it('the language is what the contact said, else what it is written in, else not known', () => {
    const languages = (more: Partial<TicketRecord>) => factsOfTicket({ ...record, ...more }, at, hours)['language'];
    expect(languages({ language: 'zh-CN' })).toEqual(['zh']);
    expect(languages({ text: '我的订单在哪里' })).toEqual(['zh']);
    expect(languages({ text: 'ご注文はどこ' })).toEqual(['en']);
    expect(languages({ text: null })).toBeNull();
  });
  it('only so much of a text is looked at', () => {
    const text = `${'x'.repeat(4_000)}needle`;
    expect(holdsOn({ text }, words('text', 'contains', 'needle'))).toBe(false);
  });
  it('Saturday is closed, and a minute to midnight is on its own day', () => {
    const late = new Date('2026-11-28T15:59:00Z');
    expect(holdsOn({}, words('business-hours', 'is', 'closed'), late)).toBe(true);
    expect(holdsOn({}, { fact: { name: 'time-of-day' }, operator: 'at-least', number: 1439 }, late)).toBe(true);
    expect(holdsOn({}, words('weekday', 'is', 'sat'), late)).toBe(true);
  });
});

it.each([
  [{ text: 'Where is it?' }, 'en'],
  [{ text: '我的订单在哪里' }, 'zh'],
  [{ text: '我的订单在哪里', contentLanguage: 'en-US' }, 'zh'],
  [{ text: '注文はどこですか', contentLanguage: 'ja' }, 'ja'],
  [{ text: 'Wo ist es?', contentLanguage: 'de-AT, en' }, 'de'],
  [{ text: 'Wo ist es?', contentLanguage: 'x' }, 'en'],
  [{ text: '我的订单在哪里', language: 'en', contentLanguage: 'de' }, 'en'],
  [{ text: null, contentLanguage: 'de' }, null],
])('the language of %j is %s', (more, language) =>
  expect(factsOfTicket({ ...record, subject: '', ...more }, at, hours)['language']).toEqual(language && [language]),
);
