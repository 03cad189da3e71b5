/** What an agent is shown before they write to or call a customer (service norm G6). */
import type { Attendance, Guard, GuardContact, GuardPresence } from '@patchbay/contracts';

const strength: Record<Attendance, number> = { open: 0, writing: 1, calling: 2 };
const hourMs = 3_600_000;

/**
 * Everybody but the viewer who is with the customer, each once by the most that they do, and each other agent's last contact within the
 * hours. A contact before the viewer's own last one is left out: they wrote knowing of it.
 */
export function guardOf(
  present: readonly GuardPresence[],
  contacts: readonly GuardContact[],
  viewerId: string,
  hours: number,
  now: Date,
): Guard {
  const own = Math.max(...contacts.filter(({ agentId }) => agentId === viewerId).map(({ at }) => Date.parse(at)), 0);
  const since = Math.max(now.getTime() - hours * hourMs, own);
  return {
    hours,
    present: strongest(present.filter(({ agentId }) => agentId !== viewerId)),
    recent: newest(contacts.filter(({ agentId, at }) => agentId !== viewerId && Date.parse(at) > since)),
  };
}

function strongest(present: readonly GuardPresence[]): GuardPresence[] {
  const order = present.toSorted(
    (a, b) => strength[b.state] - strength[a.state] || Date.parse(a.since) - Date.parse(b.since),
  );
  return firstOfEach(order);
}

function newest(contacts: readonly GuardContact[]): GuardContact[] {
  return firstOfEach(contacts.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)));
}

function firstOfEach<T extends { agentId: string }>(items: readonly T[]): T[] {
  return items.filter(({ agentId }, at) => items.findIndex((other) => other.agentId === agentId) === at);
}
