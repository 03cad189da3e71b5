import { describe, expect, it } from 'vitest';
import { mailboxAlert, type MailboxSituation } from './mailbox-alert.ts';

const now = new Date('2026-03-02T12:00:00Z');
const box = (more: Partial<MailboxSituation>): MailboxSituation => ({
  id: 'a',
  state: 'failing',
  lastError: 'It does not answer',
  lastErrorCode: 'connection',
  connectedAt: null,
  wellAt: new Date('2026-03-02T11:50:00Z'),
  ...more,
});
const justWell = new Date('2026-03-02T11:56:00Z');

describe('the alert about mailboxes', () => {
  it.each<[string, MailboxSituation[], string[]]>([
    ['none', [], []],
    ['one that is watched', [box({ state: 'watching', lastError: null, lastErrorCode: null })], []],
    ['one that is switched off', [box({ state: 'off' })], []],
    ['one that has not answered for ten minutes', [box({})], ['a']],
    ['one that is tried again', [box({ state: 'connecting' })], ['a']],
    ['one that is tried for the first time', [box({ state: 'connecting', lastError: null, lastErrorCode: null })], []],
    [
      'one that told of mails which are not handed out, and is connected anew',
      [box({ state: 'connecting', lastErrorCode: 'server', connectedAt: new Date('2026-03-02T11:49:00Z') })],
      [],
    ],
    ['one that has not answered for four minutes', [box({ wellAt: justWell })], []],
    ['one whose password is refused', [box({ wellAt: justWell, lastErrorCode: 'authentication' })], ['a']],
    [
      'two of three',
      [box({ id: 'b' }), box({ lastErrorCode: 'sign-in-again' }), box({ state: 'watching' })],
      ['a', 'b'],
    ],
  ])('%s', (_name, mailboxes, accounts) => {
    expect(mailboxAlert(mailboxes, now)).toEqual(
      accounts.length === 0 ? [] : [{ code: 'mailboxes-failing', value: accounts.length, limit: 1, accounts }],
    );
  });
});
