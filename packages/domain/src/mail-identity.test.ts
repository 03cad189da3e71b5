import { describe, expect, test } from 'vitest';
import { chooseIdentity, type Identity } from './mail-identity.ts';

const identity = (id: string, more: Partial<Identity> = {}): Identity => ({
  id,
  address: `${id}@centre.example`,
  name: id,
  signatureText: '',
  signatureHtml: null,
  queueId: null,
  isDefault: false,
  ...more,
});
const sales = identity('sales', { queueId: 'q1' });
const billing = identity('billing', { queueId: 'q2' });
const usual = identity('usual', { isDefault: true });
const all = [usual, sales, billing];

describe('chooseIdentity', () => {
  test.each<[string, Identity[], string[], string | null, string | null, string | null]>([
    ['the chosen one', all, ['billing@centre.example'], 'q1', 'usual', 'usual'],
    ['that of the address', all, ['billing@centre.example'], 'q1', null, 'billing'],
    [
      'of two addresses that of the queue',
      all,
      ['billing@centre.example', 'sales@centre.example'],
      'q1',
      null,
      'sales',
    ],
    [
      'of two addresses the first, whatever the order',
      all.toReversed(),
      ['billing@centre.example', 'sales@centre.example'],
      null,
      null,
      'billing',
    ],
    ["the queue's", all, ['other@centre.example'], 'q1', null, 'sales'],
    ['the default one', all, [], 'q3', null, 'usual'],
    ['none', [sales], [], null, null, null],
  ])('%s', (_, identities, addresses, queueId, chosen, expected) => {
    expect(chooseIdentity(identities, { addresses, queueId, mailboxes: [] }, chosen)?.identity?.id ?? null).toBe(
      expected,
    );
  });

  test.each([
    [[sales], 'b@brand.example', "The ticket's mail arrived at b@brand.example"],
    [all, null, 'The default identity'],
  ])(
    'without one it leaves as the mailbox at which the ticket’s mail arrived, the first of several',
    (identities, mailbox, reason) => {
      const ticket = { addresses: ['c@brand.example', 'b@brand.example'], queueId: null };
      const mailboxes = ['c@brand.example', 'b@brand.example'];
      expect(chooseIdentity(identities, { ...ticket, mailboxes }, null)).toMatchObject({ mailbox, reason });
      expect(chooseIdentity([], { ...ticket, mailboxes: [] }, null)).toEqual({
        identity: null,
        mailbox: null,
        reason: "The centre's own address",
      });
    },
  );

  test('one that is not there is not replaced by another', () => {
    expect(chooseIdentity(all, { addresses: [], queueId: null, mailboxes: [] }, 'gone')).toBeNull();
  });
});
