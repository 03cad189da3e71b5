import { expect, test } from 'vitest';
import { returnedMessages } from './returned-messages.ts';

const item = (messageId: string, status: 'failed' | 'unknown' | 'sent' | 'delivered') => ({
  messageId,
  ticketId: 't',
  ticketNumber: 1001,
  status,
});

test('what came back unseen is told once, as long as it waits', () => {
  const waiting = [item('a', 'sent'), item('b', 'failed'), item('c', 'unknown'), item('d', 'delivered')];
  const { fresh, told } = returnedMessages(waiting, []);
  expect(fresh.map(({ messageId, status }) => [messageId, status])).toEqual([
    ['a', 'partly'],
    ['b', 'failed'],
    ['c', 'unknown'],
    ['d', 'partly'],
  ]);
  expect(fresh[0]).toEqual({ messageId: 'a', ticketId: 't', number: 1001, status: 'partly' });
  expect(returnedMessages(waiting, told).fresh).toEqual([]);
});

test('what was put away and comes back is told again', () => {
  const { told } = returnedMessages([item('b', 'failed')], ['a', 'b']);
  expect(told).toEqual(['b']);
  expect(returnedMessages([item('a', 'sent'), item('b', 'failed')], told).fresh.map((one) => one.messageId)).toEqual([
    'a',
  ]);
});
