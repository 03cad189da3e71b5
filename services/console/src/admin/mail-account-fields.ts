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
export const triedFields = ['host', 'port', 'security', 'username', 'auth', 'password'] as const;
export type Tried = Pick<MailAccountFields, (typeof triedFields)[number]>;

/** What is tried. A form keeps the password that was typed before another way to sign in was chosen: it belongs to no try. */
export const triedOf = ({ host, port, security, username, auth, password }: Tried): Tried => ({
  host,
  port,
  security,
  username,
  auth,
  password: auth === 'password' ? password : undefined,
});

export const isTriedAlike = (one: Tried, other: Tried): boolean => {
  const [a, b] = [triedOf(one), triedOf(other)];
  return triedFields.every((name) => a[name] === b[name]);
};
