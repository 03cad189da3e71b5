/**
 * Calls that agents place: the agent's phone is rung, and once it is picked up the customer is dialled into the same conference. Both
 * dialings are claimed in the row before the order leaves, and an order that the carrier did not answer is never given again by itself.
 */
import { createHash } from 'node:crypto';
import { HubError, type CallObstacle, type InboundContact } from '@patchbay/contracts';
import { applyOutgoingStep, type OutgoingStep } from '@patchbay/domain';
import { beginWrapUp, changeCall, readCall } from '@patchbay/store';
import type { CallChange, CallRow, Queryable } from '@patchbay/store';
import {
  claimAgentRing,
  claimCustomerDial,
  mayNotCall,
  placeCall as insertPlacedCall,
  readCallEnds,
  settlePlacedCall,
  type CallEnds,
  type PlaceOutcome,
} from '@patchbay/store/queries/outgoing-calls';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { hashedAddress } from '../privacy/erasure.ts';
import { controlOf } from './call-control.ts';
import { retryOnConflict } from './retry.ts';

/** Whether there is anybody to dial through: the carrier's account, or the simulator. */
const hasCarrier = ({ config, channels }: Parts): boolean =>
  channels.get('phone')?.calls !== undefined && (config.twilio !== undefined || config.simulator);

async function refusesCalls(parts: Parts, number: string): Promise<boolean> {
  return mayNotCall(parts.db.sql, parts.config.twilioNumber, number, hashedAddress(parts, number));
}

async function obstacleOf(parts: Parts, ends: CallEnds, number: string | null): Promise<CallObstacle | null> {
  if (!hasCarrier(parts)) return 'no-carrier';
  if (ends.status === 'closed') return 'closed';
  if (number === null) return 'no-number';
  return (await refusesCalls(parts, number)) ? 'do-not-call' : null;
}

/** What keeps everybody from calling the ticket's customer; null: nothing. */
export async function callObstacle(parts: Parts, ticketId: string): Promise<CallObstacle | null> {
  const ends = await readCallEnds(parts.db.sql, ticketId);
  return ends && obstacleOf(parts, ends, ends.phone);
}

const obstacles: Record<CallObstacle, () => HubError> = {
  'no-carrier': () => new HubError('unprocessable', 'There is no carrier to call through'),
  'no-number': () => new HubError('unprocessable', 'No phone number of the customer is known'),
  'do-not-call': () => new HubError('unprocessable', 'The customer has withdrawn consent to be called'),
  closed: () => new HubError('gone', 'The ticket is closed'),
};

const refusals: Record<Exclude<PlaceOutcome, 'placed' | 'repeated'>, () => HubError> = {
  'no-ticket': () => new HubError('not_found', 'There is no such ticket'),
  closed: obstacles.closed,
  other: () => new HubError('conflict', 'This Idempotency-Key was used for another call'),
  'no-phone': () => new HubError('conflict', 'You have no phone number yet'),
  'not-online': () => new HubError('conflict', 'Only agents who are online place calls'),
  'on-the-line': () => new HubError('conflict', 'The ticket has a call already'),
  busy: () => new HubError('conflict', 'You are on a call already'),
  full: () => new HubError('conflict', 'You have no room for a call'),
};

export interface CallOrder {
  readonly ticketId: string;
  readonly principal: Principal;
  readonly to: string | undefined;
  readonly key: string;
  readonly correlationId: string;
}

/** The name of a call before the carrier has one: the same order names the same call. */
function nameOf({ ticketId, principal, key }: CallOrder): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([ticketId, principal.agentId, key]))
    .digest('hex');
  return `out-${digest.slice(0, 32)}`;
}

/**
 * Begins a call to the ticket's customer by whoever asks.
 * @throws HubError `not_found`, `gone` (closed ticket), `unprocessable` (nobody to call, or who must not be), `conflict` (the agent or the ticket is not free)
 */
export async function placeCall(parts: Parts, order: CallOrder): Promise<void> {
  const ends = await readCallEnds(parts.db.sql, order.ticketId);
  if (!ends) throw refusals['no-ticket']();
  const to = order.to ?? ends.phone;
  const obstacle = await obstacleOf(parts, ends, to);
  if (obstacle !== null || to === null) throw obstacles[obstacle ?? 'no-number']();
  const from = parts.config.twilioNumber;
  if (to === from) throw new HubError('unprocessable', "to: this is the centre's own number");
  const callSid = nameOf(order);
  const call = { callSid, ticketId: order.ticketId, agentId: order.principal.agentId, to, from };
  const outcome = await retryOnConflict(() =>
    insertPlacedCall(parts.db.sql, { ...call, correlationId: order.correlationId }),
  );
  if (outcome !== 'placed' && outcome !== 'repeated') throw refusals[outcome]();
  parts.jobs.add('outgoing-call', { outgoingCallSid: callSid });
  parts.relay.nudge();
}

/** Handles the job `outgoing-call`: what is due for the call now. Only one of several does it. */
export async function continueOutgoing(parts: Parts, callSid: string): Promise<void> {
  const call = await readCall(parts.db.sql, callSid);
  if (call?.direction !== 'out') return;
  if (call.state === 'ended' || call.state === 'missed') return endLegs(parts, call);
  if (await claimAgentRing(parts.db.sql, call.id)) await order(parts, call, () => ringAgent(parts, call));
  else if (await claimCustomerDial(parts.db.sql, call.id)) await order(parts, call, () => dialCustomer(parts, call));
}

type Ordered = Pick<CallChange, 'agentCallSid' | 'customerCallSid'> & { step: string };

async function ringAgent(parts: Parts, call: CallRow): Promise<Ordered> {
  const agent = await parts.db.prisma.agent.findUnique({ where: { id: call.agentId ?? '' } });
  if (!agent?.phone) throw new HubError('unprocessable', 'The agent has no phone number');
  const { callSid, ticketNumber } = call;
  const leg = await controlOf(parts, call).ringForOutgoing({ callSid, agentPhone: agent.phone, ticketNumber });
  return { ...leg, step: 'agent-dialled' };
}

async function dialCustomer(parts: Parts, call: CallRow): Promise<Ordered> {
  // Said while the agent's phone rang: it counts, too.
  if (await refusesCalls(parts, call.caller)) throw obstacles['do-not-call']();
  const leg = await controlOf(parts, call).dialCustomer({ callSid: call.callSid, to: call.caller });
  return { ...leg, step: 'customer-dialled' };
}

/** Gives an order that was claimed. What is not known to have failed may ring: the call waits for the carrier's word. */
async function order(parts: Parts, call: CallRow, give: () => Promise<Ordered>): Promise<void> {
  let given: Ordered;
  try {
    given = await give();
  } catch (error) {
    const unknown = !(error instanceof HubError) || error.code === 'outcome_unknown' || error.doubtful;
    // Without the carrier's own words: they may name the number.
    const code = error instanceof HubError ? error.code : 'internal';
    parts.log.error({ ticketId: call.ticketId, code }, 'placed call not dialled');
    await stepOn(parts, call.callSid, unknown ? 'dial-unknown' : 'failed');
    return parts.relay.nudge();
  }
  const { step, ...legs } = given;
  const over = await retryOnConflict(() =>
    parts.db.transaction(async (tx) => {
      const now = await readCall(tx, call.callSid, true);
      if (!now) return false;
      await changeCall(tx, now, { state: now.state, step, ...legs });
      return now.state === 'ended' || now.state === 'missed';
    }),
  );
  // It ended while the order was on its way.
  if (over) parts.jobs.add('outgoing-call', { outgoingCallSid: call.callSid });
  parts.relay.nudge();
}

/** Both legs, as far as they are known; one that is over stays so. */
async function endLegs(parts: Parts, call: CallRow): Promise<void> {
  const control = controlOf(parts, call);
  for (const leg of [call.customerCallSid, call.agentCallSid])
    if (leg)
      await control
        .hangUp({ callSid: leg })
        .catch((error: unknown) => parts.log.warn({ err: error, ticketId: call.ticketId }, 'leg not ended'));
}

/** Carries a step out that the hub itself knows of. */
async function stepOn(parts: Parts, callSid: string, step: OutgoingStep, actorId: string | null = null): Promise<void> {
  const moved = await retryOnConflict(() =>
    parts.db.transaction(async (tx) => {
      const call = await readCall(tx, callSid, true);
      return call && movePlaced(tx, call, step, { actorId });
    }),
  );
  if (moved) follow(parts, moved);
}

export const endLostCall = (parts: Parts, callSid: string) => stepOn(parts, callSid, 'lost');

/** The agent hangs up: also while nobody is there yet. */
export async function hangUpPlaced(parts: Parts, call: CallRow): Promise<void> {
  if (call.state !== 'connecting' && call.customerCallSid)
    return controlOf(parts, call).hangUp({ callSid: call.customerCallSid });
  await stepOn(parts, call.callSid, 'hung-up', call.agentId);
}

export interface Moved {
  readonly call: CallRow;
  readonly step: OutgoingStep;
  readonly isOver: boolean;
}

/** Moves a placed call, within the transaction that holds its row. */
export async function movePlaced(
  tx: Queryable,
  call: CallRow,
  step: OutgoingStep,
  more: Partial<CallChange> = {},
): Promise<Moved> {
  const { state, outcome } = applyOutgoingStep(call, step);
  await changeCall(tx, call, { ...more, state, outcome, step });
  const isOver = state === 'ended' || state === 'missed';
  if (isOver && state !== call.state) {
    if (outcome === 'reached' && call.agentId) await beginWrapUp(tx, call.ticketId, call.agentId);
    await settlePlacedCall(tx, call.id);
  }
  return { call, step, isOver };
}

/** What follows a step once it is durable. */
export function follow(parts: Parts, { call, step, isOver }: Moved): void {
  if (isOver || step === 'agent-answered') parts.jobs.add('outgoing-call', { outgoingCallSid: call.callSid });
  if (isOver && call.agentId) parts.jobs.add('serve-agent', { agentId: call.agentId });
  parts.relay.nudge();
}

/** A step that the carrier tells. What another leg than the known one of the agent did says nothing. */
export async function tellPlaced(
  tx: Queryable,
  call: CallRow,
  told: NonNullable<InboundContact['call']>,
  correlationId: string,
): Promise<Moved | null> {
  if (call.agentCallSid !== null && told.agentCallSid !== undefined && told.agentCallSid !== call.agentCallSid)
    return null;
  return movePlaced(tx, call, told.step, {
    durationSeconds: told.durationSeconds ?? null,
    conferenceSid: told.conferenceSid ?? null,
    agentCallSid: told.agentCallSid ?? null,
    customerCallSid: told.customerCallSid ?? null,
    correlationId,
  });
}
