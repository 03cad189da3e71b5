import { expect, it } from 'vitest';
import { fillPlaces } from './places.ts';

const places = {
  'ticket.number': '12',
  'ticket.subject': '{{centre.name}} $1',
  'customer.name': 'Ada',
  'centre.name': 'Shop',
};

it.each([
  ['Ticket {{ticket.number}}', 'Ticket 12'],
  ['{{ customer.name }}, {{centre.name}}', 'Ada, Shop'],
  ['{{ticket.subject}}', '{{centre.name}} $1'],
  ['{{secret}} {{}} {customer.name}', '{{secret}} {{}} {customer.name}'],
])('%j becomes %j', (text, expected) => expect(fillPlaces(text, places)).toBe(expected));
