import { randomBytes } from 'node:crypto';
import { mailAccountCreate, mailAccountUpdate, mailProviderPresets } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { createVault } from '../secrets.ts';
import { changedAccount, newAccount } from './settings.ts';

const vault = createVault(randomBytes(32));
const account = (more: object) =>
  newAccount(
    vault,
    'id',
    mailAccountCreate.parse({
      address: 'box@example.org',
      host: 'imap.example.org',
      username: 'box',
      password: 'secret',
      ...more,
    }),
  );
const changed = (of: object, change: object) =>
  changedAccount(vault, { ...account(of), id: 'id' }, mailAccountUpdate.parse(change)).account;

describe('the server that mail leaves by', () => {
  const none = { smtpHost: null, smtpPort: null, smtpSecurity: null };
  const smtp = { smtpHost: 'smtp.example.org', smtpPort: 465, smtpSecurity: 'tls' };
  const oauth = { clientId: 'hub' };
  const { scope, sendingScope, ...preset } = mailProviderPresets.microsoft;
  const microsoft = { provider: 'microsoft', host: preset.host, auth: 'oauth2', oauth, password: undefined };

  it('is that of all other mail unasked', () => {
    expect(account({})).toMatchObject(none);
  });

  it.each([{ smtpHost: 'smtp.example.org' }, { smtpPort: 465 }, { ...smtp, smtpSecurity: null }])(
    'is not said by %o',
    (some) => {
      expect(() => account(some)).toThrow('needs its name, its port and how it is encrypted');
    },
  );

  it.each([
    ['another one', {}, smtp],
    ['another port', smtp, { smtpPort: 587 }],
    ['no encryption', smtp, { smtpSecurity: 'none' }],
    ['the one of the mailbox without encryption', {}, { ...smtp, smtpHost: 'imap.example.org', smtpSecurity: 'none' }],
    [
      'the one of the mailbox without encryption, instead of one of this machine that has none',
      { ...smtp, smtpHost: 'localhost', smtpSecurity: 'none' },
      { smtpHost: 'imap.example.org' },
    ],
  ])('needs the password anew to be %s', (_what, of, change) => {
    expect(() => changed(of, change)).toThrow('A password is needed');
    expect(changed(of, { ...change, password: 'another' })).toMatchObject(change);
  });

  it.each([
    ['the one of the mailbox', {}, { ...smtp, smtpHost: 'IMAP.example.org' }],
    ['stronger encryption', { ...smtp, smtpSecurity: 'starttls' }, { smtpSecurity: 'tls' }],
    ['none any more', smtp, none],
  ])('needs no password to be %s', (_what, of, change) => {
    expect(changed(of, change)).toMatchObject(change);
  });

  it('of Microsoft needs the permission to send, and so another sign-in', () => {
    const of = { ...account(microsoft), id: 'id', refreshTokenSealed: 'sealed' };
    const turned = (change: object) => changedAccount(vault, of, mailAccountUpdate.parse(change)).account;
    expect(of.oauth?.scope).toBe(scope);
    expect(turned(preset.smtp)).toMatchObject({ oauth: { scope: sendingScope }, refreshTokenSealed: null });
    expect(turned({ folder: 'Help' })).toMatchObject({ oauth: { scope }, refreshTokenSealed: 'sealed' });
    expect(account({ ...microsoft, ...preset.smtp }).oauth?.scope).toBe(sendingScope);
  });
});

describe('the host whose word on senders is believed', () => {
  const microsoft = { provider: 'microsoft', host: mailProviderPresets.microsoft.host };
  const google = { provider: 'google', host: mailProviderPresets.google.host };

  it.each([
    ['nobody unasked', {}, null],
    ['who was asked for', { authservId: 'mx.example.org' }, 'mx.example.org'],
    ['Google at its own server', google, 'mx.google.com'],
    ['Microsoft at its own server', microsoft, 'mail.protection.outlook.com'],
    ['nobody at another server that is called Microsoft', { ...microsoft, host: 'imap.example.org' }, null],
    ['nobody at Google’s, when asked', { ...google, authservId: null }, null],
    ['nobody at another server that is called Google', { ...google, host: 'imap.example.org' }, null],
  ])('of a new account is %s', (_what, more, authservId) => {
    expect(account(more).authservId).toBe(authservId);
  });

  const elsewhere = { provider: 'other', host: 'imap.example.org', password: 'another' };
  it.each([
    ['stays with the server', google, { folder: 'Help' }, 'mx.google.com'],
    ['stays what was asked for', { authservId: 'mx.example.org' }, { folder: 'Help' }, 'mx.example.org'],
    ['does not come along to another provider', google, elsewhere, null],
    [
      'does not come along to another server',
      { authservId: 'mx.example.org' },
      { ...elsewhere, host: 'b.example' },
      null,
    ],
    [
      'is Microsoft where Microsoft is gone to',
      google,
      { ...microsoft, password: 'another' },
      'mail.protection.outlook.com',
    ],
    ['is Google where Google is gone to', {}, { ...google, password: 'another' }, 'mx.google.com'],
    ['is who is asked for', google, { ...elsewhere, authservId: 'mx.example.org' }, 'mx.example.org'],
  ])('%s', (_what, of, change, authservId) => {
    expect(changed(of, change).authservId).toBe(authservId);
  });
});
