import { describe, expect, it } from 'vitest';
import { authorOf } from './author.ts';

const ticket = { customerId: 'c1', customerName: 'Mary Somerville' };
const message = {
  authorName: null,
  channel: 'chat',
  customerId: 'c1',
  direction: 'in',
  from: 'visitor bb3ec603',
  kind: 'customer',
} as const;

describe('the author of a message', () => {
  it('is the customer where the message brings no name', () => {
    expect(authorOf(message, ticket)).toBe('Mary Somerville');
    expect(authorOf({ ...message, channel: 'sms', from: '+4915112345678' }, ticket)).toBe('Mary Somerville');
  });

  it('is who the message says', () => {
    expect(authorOf({ ...message, authorName: 'Mary' }, ticket)).toBe('Mary');
  });

  it('is the address of somebody else and of a machine', () => {
    const mail = { ...message, channel: 'email', from: 'eve@example.org' } as const;
    expect(authorOf({ ...mail, customerId: 'c2' }, ticket)).toBe('eve@example.org');
    expect(authorOf({ ...mail, kind: 'bounce' }, ticket)).toBe('eve@example.org');
  });

  it('is nobody for what the hub sends by itself', () => {
    expect(authorOf({ ...message, direction: 'out', kind: 'system' }, ticket)).toBeNull();
  });
});
