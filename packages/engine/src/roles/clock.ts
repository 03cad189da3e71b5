/** The role `clock`: fires what is due, and follows the events. */
import { automationReader } from '../automation/reader.ts';
import { escalationReader } from '../clocks/escalate.ts';
import { clockReader } from '../clocks/reader.ts';
import { figuresReader } from '../figures/reader.ts';
import { startEventReaders, type EventReader } from '../live/event-readers.ts';
import { webhookReader } from '../outgoing-webhooks/reader.ts';
import type { Parts } from '../parts.ts';
import { startClock } from '../pipeline/clock.ts';

export async function startClockRole(parts: Parts, signal: AbortSignal, stack: AsyncDisposableStack): Promise<void> {
  stack.use(await startClock(parts));
  stack.use(await startEventReaders(parts, eventReaders(parts), signal));
}

/** What follows the events, each at its own pace. */
function eventReaders(parts: Parts): EventReader[] {
  return [
    figuresReader(parts),
    clockReader(parts),
    escalationReader(parts),
    automationReader(parts),
    webhookReader(parts),
  ];
}
