import { settingName, type EventType, type HubEvent } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { keys, staleKeys } from './query-keys.ts';

const event = (type: EventType, over: Partial<HubEvent> = {}): HubEvent => ({
  seq: 1,
  id: 'e',
  type,
  at: '2026-01-01T00:00:00Z',
  ticketId: null,
  customerId: null,
  queueId: null,
  agentId: null,
  actorId: null,
  correlationId: null,
  data: {},
  ...over,
});

describe('what an event makes out of date', () => {
  it('reads the lists, the ticket and its messages again when a message came', () => {
    const stale = staleKeys([event('message.received', { ticketId: 't1' })], 'a1');
    expect(stale).toEqual(
      expect.arrayContaining([keys.tickets, keys.ticket('t1'), keys.messages('t1'), keys.events('t1')]),
    );
  });

  it('names each thing once for a burst', () => {
    const burst = Array.from({ length: 50 }, () => event('ticket.queued', { ticketId: 't1' }));
    expect(staleKeys(burst, 'a1')).toHaveLength(3);
  });

  it('reads the list of a setting again, whichever it is', () => {
    for (const setting of settingName.options)
      expect([setting, staleKeys([event('setting.changed', { data: { setting } })], 'a1').length]).toEqual([
        setting,
        expect.toSatisfy((count: number) => count > 1),
      ]);
    expect(staleKeys([event('setting.changed', { data: { setting: 'segment' } })], 'a1')).toEqual([
      ['setting-changes'],
      keys.segments,
    ]);
    expect(staleKeys([event('setting.changed', { data: { setting: 'of a later release' } })], 'a1')).toEqual([
      ['setting-changes'],
    ]);
  });

  it('reads my own state again only when it is mine', () => {
    expect(staleKeys([event('agent.presence-changed', { agentId: 'a2' })], 'a1')).toEqual([keys.agents]);
    expect(staleKeys([event('agent.presence-changed', { agentId: 'a1' })], 'a1')).toEqual([keys.agents, keys.me]);
  });
});
