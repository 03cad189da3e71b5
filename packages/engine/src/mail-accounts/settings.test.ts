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
