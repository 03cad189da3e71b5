import type { MailAccount, MailAccountCreate } from '@patchbay/contracts';
import type { FormInstance } from 'antd';

/** What is entered of a mailbox. */
export type MailAccountFields = MailAccountCreate & { oauth?: MailAccountCreate['oauth'] };

/** What a part of the form goes by. */
export interface MailAccountPart {
  form: FormInstance<MailAccountFields>;
  /** The one that is changed; null where it is new. */
  account: MailAccount | null;
}

/** What a try goes by; its outcome is no word about anything else. */
export const triedFields = [
  'host',
  'port',
  'security',
  'username',
  'auth',
  'password',
  'smtpHost',
  'smtpPort',
  'smtpSecurity',
] as const;
export type Tried = Pick<MailAccountFields, (typeof triedFields)[number]>;

/** A port and an encryption say nothing without a server. */
export function sendingOf({ smtpHost, smtpPort, smtpSecurity }: Pick<Tried, 'smtpHost' | 'smtpPort' | 'smtpSecurity'>) {
  const host = smtpHost?.trim() || null;
  return {
    smtpHost: host,
    smtpPort: host === null ? null : (smtpPort ?? null),
    smtpSecurity: host === null ? null : (smtpSecurity ?? null),
  };
}

/** What is tried. A form keeps the password that was typed before another way to sign in was chosen: it belongs to no try. */
export const triedOf = ({ host, port, security, username, auth, password, ...sending }: Tried): Tried => ({
  host,
  port,
  security,
  username,
  auth,
  password: auth === 'password' ? password : undefined,
  ...sendingOf(sending),
});

export const isTriedAlike = (one: Tried, other: Tried): boolean => {
  const [a, b] = [triedOf(one), triedOf(other)];
  return triedFields.every((name) => a[name] === b[name]);
};
