import type { GuardContact, GuardPresence } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { guardOf } from './contact-guard.ts';

const now = new Date('2026-03-01T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
const present = (agentId: string, state: GuardPresence['state'], hours = 0): GuardPresence => ({
  agentId,
  name: agentId,
  state,
  ticketId: null,
  ticketNumber: null,
  since: ago(hours),
});
const contact = (agentId: string, hours: number): GuardContact => ({
  agentId,
  name: agentId,
  channel: 'email',
  ticketId: '00000000-0000-7000-8000-000000000000',
  ticketNumber: 1001,
  at: ago(hours),
});

describe('the contact guard', () => {
  it('shows each other agent once, by the most that they do', () => {
    const seen = guardOf(
      [present('me', 'writing'), present('li', 'open'), present('bo', 'writing', 2), present('li', 'calling')],
      [],
      'me',
      24,
      now,
    );
    expect(seen.present.map(({ agentId, state }) => [agentId, state])).toEqual([
      ['li', 'calling'],
      ['bo', 'writing'],
    ]);
  });

  it('shows the last contact of each other agent within the time, newest first', () => {
    const seen = guardOf([], [contact('li', 3), contact('bo', 1), contact('li', 2), contact('cy', 25)], 'me', 24, now);
    expect(seen.recent).toEqual([contact('bo', 1), contact('li', 2)]);
  });

  it('leaves out what came before the own last contact', () => {
    expect(guardOf([], [contact('li', 3), contact('me', 2), contact('bo', 1)], 'me', 24, now).recent).toEqual([
      contact('bo', 1),
    ]);
  });
});
