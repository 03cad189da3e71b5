import type { EventType, HubEvent, Message } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { buildTimeline } from './timeline.ts';

const message = (id: string, receivedAt: string) => ({ id, receivedAt }) as Message;
const event = (seq: number, type: EventType, at: string) => ({ id: `e${seq}`, seq, type, at }) as HubEvent;
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

  it('starts each day anew', () => {
    const items = buildTimeline(
      [message('m1', '2026-05-04T10:00:00Z'), message('m2', '2026-05-07T10:00:00Z')],
      [event(1, 'ticket.opened', '2026-05-04T10:00:01Z'), event(2, 'ticket.reopened', '2026-05-07T09:59:00Z')],
    );
    expect(shape(items)).toEqual(['day', 'm1', 'ticket.opened', 'day', 'ticket.reopened', 'm2']);
  });
});
