import { expect, it } from 'vitest';
import { passedOverOf } from './passed-over.ts';

const here = { username: 'box', folder: 'INBOX', address: 'a@centre.test' };
const mail = (uid: number) => ({ uid, tries: 0, othersCame: false });
const before = (host: string) => ({ ...here, host, uidValidity: 7, mails: [mail(1)] });
const account = {
  ...here,
  host: 'IMAP.example.org',
  uidValidity: 8,
  passedOver: [mail(2)],
  passedOverBefore: [before('mx.example.org'), before('imap.example.org')],
};

it.each([
  ['that was opened, what is known of it now and of others from before', account, [8, 7]],
  ['that was never opened, all that is known from before', { ...account, uidValidity: null, passedOver: [] }, [7, 7]],
])('of a mailbox %s', (_what, row, validities) => {
  expect(passedOverOf(row).map(({ uidValidity }) => uidValidity)).toEqual(validities);
});
