import { describe, expect, it } from 'vitest';
import { mailboxAlert, type MailboxSituation } from './mailbox-alert.ts';

const now = new Date('2026-03-02T12:00:00Z');
const box = (more: Partial<MailboxSituation>): MailboxSituation => ({
  state: 'failing',
  lastError: 'It does not answer',
  lastErrorCode: 'connection',
  wellAt: new Date('2026-03-02T11:50:00Z'),
  ...more,
});
const justWell = new Date('2026-03-02T11:56:00Z');

describe('the alert about mailboxes', () => {
  it.each<[string, MailboxSituation[], number]>([
    ['none', [], 0],
    ['one that is watched', [box({ state: 'watching', lastError: null, lastErrorCode: null })], 0],
    ['one that is switched off', [box({ state: 'off' })], 0],
    ['one that has not answered for ten minutes', [box({})], 1],
    ['one that is tried again', [box({ state: 'connecting' })], 1],
    ['one that is tried for the first time', [box({ state: 'connecting', lastError: null, lastErrorCode: null })], 0],
    ['one that has not answered for four minutes', [box({ wellAt: justWell })], 0],
    ['one whose password is refused', [box({ wellAt: justWell, lastErrorCode: 'authentication' })], 1],
    ['two of three', [box({}), box({ lastErrorCode: 'sign-in-again' }), box({ state: 'watching' })], 2],
  ])('%s', (_name, mailboxes, value) => {
    expect(mailboxAlert(mailboxes, now)).toEqual(value === 0 ? [] : [{ code: 'mailboxes-failing', value, limit: 1 }]);
  });
});
