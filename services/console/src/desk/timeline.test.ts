import type { EventType, HubEvent, Message } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { buildTimeline } from './timeline.ts';

const message = (id: string, receivedAt: string) => ({ id, receivedAt }) as Message;
const event = (seq: number, type: EventType, at: string, data: HubEvent['data'] = {}) =>
  ({ id: `e${seq}`, seq, type, at, data }) as HubEvent;
const shape = (items: ReturnType<typeof buildTimeline>): string[] =>
  items.map((item) =>
    item.kind === 'day'
      ? 'day'
      : item.kind === 'message'
        ? item.message.id
        : item.events.map((one) => one.type).join('+'),
  );

describe('timeline', () => {
  it('puts events between the messages and neighbours on one line', () => {
    const items = buildTimeline(
      [message('m1', '2026-05-04T10:00:00Z'), message('m2', '2026-05-04T10:09:00Z')],
      [
        event(3, 'ticket.assigned', '2026-05-04T10:02:00Z'),
        event(1, 'ticket.opened', '2026-05-04T10:00:00Z'),
        event(2, 'ticket.queued', '2026-05-04T10:00:00Z'),
      ],
    );
    expect(shape(items)).toEqual(['day', 'm1', 'ticket.opened+ticket.queued+ticket.assigned', 'm2']);
  });

  it('leaves out what the message says itself', () => {
    expect(
      shape(
        buildTimeline([message('m1', '2026-05-04T10:00:00Z')], [event(1, 'message.received', '2026-05-04T10:00:00Z')]),
      ),
    ).toEqual(['day', 'm1']);
  });

  it.each([
    ['chat', ['Recent contact', '', 'Signed token', 'Recent contact']],
    ['email', ['Recent contact', 'Recent contact', 'Signed token', 'Recent contact']],
  ])('says of %s why a message joined as the one before it did %o', (channel, told) => {
    const at = '2026-05-04T10:00:00Z';
    const reasons = ['Recent contact', 'Recent contact', 'Signed token', 'Recent contact'];
    const items = buildTimeline(
      reasons.map((_, n) => message(`m${n}`, at)),
      reasons.map((reason, n) => event(n, 'message.received', at, { messageId: `m${n}`, channel, reason })),
    );
    expect(items.flatMap((item) => (item.kind === 'message' ? [item.reason] : []))).toEqual(told);
  });

  it('has at each message why it joined the ticket, and at none what the opening tells', () => {
    const at = '2026-05-04T10:00:00Z';
    const opened = 'Ticket number in the subject, but the sender is not a party of ticket 7';
    const reopened = 'Answers a message of the ticket: ticket 12';
    const items = buildTimeline(
      ['m1', 'm2', 'm3', 'm4', 'm5'].map((id) => message(id, at)),
      [
        event(1, 'ticket.opened', at, { reason: opened }),
        event(2, 'message.received', at, { messageId: 'm1', reason: opened }),
        event(3, 'message.received', at, { messageId: 'm2', reason: 'Signed reply address or token: ticket 12' }),
        event(4, 'message.created', at, { messageId: 'm3', reason: 'Nobody asks' }),
        event(5, 'ticket.reopened', at, { reason: reopened }),
        event(6, 'message.received', at, { messageId: 'm4', reason: reopened }),
        event(7, 'message.received', at, { messageId: 'm5', reason: null }),
      ],
    );
    expect(items.flatMap((item) => (item.kind === 'message' ? [[item.key, item.reason]] : []))).toEqual([
      ['m1', ''],
      ['m2', 'Signed reply address or token: ticket 12'],
      ['m3', ''],
      ['m4', reopened],
      ['m5', ''],
    ]);
  });

  it('starts each day anew', () => {
    const items = buildTimeline(
      [message('m1', '2026-05-04T10:00:00Z'), message('m2', '2026-05-07T10:00:00Z')],
      [event(1, 'ticket.opened', '2026-05-04T10:00:01Z'), event(2, 'ticket.reopened', '2026-05-07T09:59:00Z')],
    );
    expect(shape(items)).toEqual(['day', 'm1', 'ticket.opened', 'day', 'ticket.reopened', 'm2']);
  });
});
