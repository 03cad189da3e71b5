import { describe, expect, it } from 'vitest';
import { isTriedAlike, triedOf, type Tried } from './mail-account-fields.ts';

const entered: Tried = {
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  username: 'support',
  auth: 'password',
  password: 'a secret',
};
const sending = { smtpHost: 'smtp.example.org', smtpPort: 465, smtpSecurity: 'tls' } as const;
const { password: _, ...withoutPassword } = entered;

describe('a try of a mailbox', () => {
  it('goes by a password where that is the way to sign in', () => {
    expect(triedOf(entered)).toEqual({ ...entered, smtpHost: null, smtpPort: null, smtpSecurity: null });
    expect(triedOf({ ...entered, auth: 'oauth2' }).password).toBeUndefined();
  });

  it.each<[string, Tried, Tried, boolean]>([
    ['the same', entered, { ...entered }, true],
    ['another server', entered, { ...entered, host: 'mail.example.org' }, false],
    ['another password', entered, { ...entered, password: 'another' }, false],
    ['another way to sign in', entered, { ...entered, auth: 'oauth2' }, false],
    ['mail leaves there, too', entered, { ...entered, ...sending }, false],
    ['mail leaves by another port', { ...entered, ...sending }, { ...entered, ...sending, smtpPort: 587 }, false],
    ['a port that was left where no server is', entered, { ...entered, ...sending, smtpHost: ' ' }, true],
    [
      'a password that is there no more, beside another way to sign in',
      { ...entered, auth: 'oauth2' },
      { ...withoutPassword, auth: 'oauth2' },
      true,
    ],
  ])('holds as long as it would be asked alike: %s', (_, one, other, alike) =>
    expect(isTriedAlike(one, other)).toBe(alike),
  );
});
