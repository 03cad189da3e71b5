/** A decision's reason in English, as it is written into the event; screens say `why` in the reader's language. */
import type { ExclusionCause, RoutingWhy } from '@patchbay/contracts';
import { byText } from './priority.ts';

const causes: Readonly<Record<ExclusionCause, string>> = {
  'not-in-queue': 'not in the queue',
  online: 'online',
  away: 'away',
  busy: 'busy',
  'wrap-up': 'wrap-up',
  offline: 'offline',
  full: 'at capacity',
  unreachable: 'not reachable on the channel',
  unskilled: 'not skilled enough',
  declined: 'declined',
  available: 'also available',
};

/** `3 agents: 1 at capacity, 1 away, 1 offered`, in a stable order. */
function tally({ counts = {}, agents = 0 }: RoutingWhy, offered: boolean): string {
  if (agents === 0) return 'There are no agents';
  const parts = Object.entries(counts)
    .map(([cause, count]) => `${count} ${causes[cause as ExclusionCause]}`)
    .toSorted((a, b) => byText(a.replace(/^\d+ /u, ''), b.replace(/^\d+ /u, '')));
  if (offered) parts.push('1 offered');
  return `${agents} ${agents === 1 ? 'agent' : 'agents'}: ${parts.join(', ')}`;
}

function idleText(seconds = 0): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

export function reasonText(why: RoutingWhy): string {
  const name = why.agentName ?? '';
  switch (why.code) {
    case 'last-agent':
      return `${name} had the ticket or served the customer before. ${tally(why, true)}`;
    case 'own-agent':
      return `${name} is the customer's own agent. ${tally(why, true)}`;
    case 'best-skilled':
      return `${name} is the best skilled. ${tally(why, true)}`;
    case 'idle-longest':
      return `${name} is idle longest, for ${idleText(why.idleSeconds)}. ${tally(why, true)}`;
    case 'became-free':
      return `${name} became free, and this comes first`;
    case 'transfer':
      return `Handed to ${name}`;
    case 'rule':
      return 'Offered by a rule';
    case 'overflow':
      return `Waited too long in its queue. ${tally(why, false)}`;
    case 'kept-for-agent':
      return `Kept for the agent who knows it. ${tally(why, false)}`;
    case 'nobody':
      return `Nobody is available. ${tally(why, false)}`;
  }
}
