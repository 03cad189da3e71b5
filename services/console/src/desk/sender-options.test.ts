import { describe, expect, it } from 'vitest';
import { senderOptions } from './sender-options.ts';

const lamps = { id: 'lamps', name: 'Lamp support', address: 'lamps@patchbay.test' };
const office = { id: 'office', name: 'Office', address: 'office@patchbay.test' };
const mailbox = { id: null, name: 'Patchbay', address: 'box@patchbay.test' };
const lampsLabel = 'Lamp support <lamps@patchbay.test>';
const officeLabel = 'Office <office@patchbay.test>';

describe('who mail can be from', () => {
  it.each([
    ['a mailbox, where there are no identities', [], mailbox, [['', 'Patchbay <box@patchbay.test>']]],
    [
      'a mailbox, or an identity',
      [lamps],
      mailbox,
      [
        ['', 'Patchbay <box@patchbay.test>'],
        ['lamps', lampsLabel],
      ],
    ],
    [
      'the proposed identity, once, and the other',
      [lamps, office],
      office,
      [
        ['', officeLabel],
        ['lamps', lampsLabel],
      ],
    ],
    ['identities alone, before the hub proposes', [lamps], undefined, [['lamps', lampsLabel]]],
  ])('%s', (_, identities, proposed, options) =>
    expect(senderOptions(identities, proposed).map(({ value, label }) => [value, label])).toEqual(options),
  );
});
