import type { HubEvent } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { failedMessages } from './failed-messages.ts';

const changed = (data: object, actorId: string | null = null): HubEvent => ({
  seq: 1,
  id: '1',
  type: 'message.status-changed',
  at: '2026-03-01T12:00:00.000Z',
  ticketId: 't',
  customerId: null,
  queueId: null,
  agentId: null,
  actorId,
  correlationId: 'c',
  data: { messageId: 'm', authorId: 'ada', ticketNumber: 1001, ...data },
});

test.each([
  [{ status: 'failed', error: 'no' }, 'failed'],
  [{ status: 'unknown', error: 'lost' }, 'unknown'],
  [{ status: 'sent', error: 'Not taken for bob@example.org (550); everybody else has it' }, 'partly'],
  [{ status: 'delivered', error: 'bob@example.org: 5.1.1' }, 'partly'],
  [{ status: 'sent', error: null }, undefined],
  [{ status: 'delivered' }, undefined],
  [{ status: 'queued', error: 'earlier' }, undefined],
])('%j is told as %s', (data, status) => {
  expect(failedMessages([changed(data)], 'ada')[0]?.status).toBe(status);
  expect(failedMessages([changed(data)], 'bob')).toEqual([]);
  expect(failedMessages([changed(data, 'ada')], 'ada')).toEqual([]);
});
