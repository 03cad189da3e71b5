/** One-time codes: six digits by text or mail, typed back in the chat or told to the agent, prove an address. */
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { HubError } from '@patchbay/contracts';
import type { IdentityCode, OutboundMessage, ProofOutcome } from '@patchbay/contracts';
import type { IdentifierRow } from '@patchbay/store/queries/identifiers';
import {
  insertCode,
  openCodeOfVisitor,
  readCode,
  readSealedCode,
  tellCodeTried,
  tryCode,
  type CodeResult,
  type CodeRow,
} from '@patchbay/store/queries/identity-codes';
import { readTicket } from '@patchbay/store/queries/tickets';
import { carrierAccount } from '../channels.ts';
import type { Parts } from '../parts.ts';
import { prove } from './merging.ts';

const lifeMs = 10 * 60_000;
/** Where the code goes in its text. The text is kept, the code is not. */
const place = '{code}';
const keyPrefix = 'identity-code:';

export interface CodeOrder {
  customerId: string;
  ticketId: string;
  identifier: IdentifierRow;
  agentId: string;
  correlationId: string;
}

/** @throws HubError `unprocessable` for what no code can be sent to, or on another customer's ticket; `too_many_requests` */
export async function sendCode(parts: Parts, order: CodeOrder): Promise<IdentityCode> {
  const { kind, value } = order.identifier;
  if (kind !== 'email' && kind !== 'phone')
    throw new HubError('unprocessable', 'A code can be sent to an email address or a phone number');
  const id = randomUUID();
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const way = wayOf(parts, kind);
  const outboundId = await parts.db.transaction(async (tx) => {
    const ticket = await readTicket(tx, order.ticketId);
    // Whoever reads the ticket types the code: it must not prove anything of somebody else.
    if (ticket?.customerId !== order.customerId)
      throw new HubError('unprocessable', 'A code is sent on a ticket of the customer whom it proves');
    return insertCode(tx, {
      id,
      customerId: order.customerId,
      ticketId: order.ticketId,
      kind,
      value,
      codeHash: hashOf(parts, id, code),
      sealedCode: parts.vault.seal(code, id),
      expiresAt: new Date(parts.now().getTime() + lifeMs),
      agentId: order.agentId,
      correlationId: order.correlationId,
      ...way,
      ...wordsOf(parts, ticket),
    });
  });
  if (outboundId === null)
    throw new HubError('too_many_requests', 'Too many codes were asked for; wait a quarter of an hour', {
      retryAfterMs: lifeMs,
    });
  parts.jobs.add('send-outbound', { outboundId, round: 0, channel: way.channel });
  parts.relay.nudge();
  const { customerId: _customerId, ...kept } = (await readCode(parts.db.sql, id)) as CodeRow;
  return kept;
}

function wayOf(parts: Parts, kind: 'email' | 'phone') {
  if (kind === 'email')
    return {
      channel: 'email',
      channelAccount: 'email',
      sender: parts.channels.get('email')?.sender ?? 'email',
    } as const;
  const { number } = carrierAccount(parts.config, parts.signingKey);
  return { channel: 'sms', channelAccount: number, sender: number } as const;
}

/** In the language of what the ticket is about. */
function wordsOf(parts: Parts, ticket: { subject: string; preview: string }): { subject: string; text: string } {
  const { centreName } = parts.config;
  const minutes = lifeMs / 60_000;
  if (/\p{Script=Han}/u.test(ticket.subject + ticket.preview))
    return {
      subject: `${centreName} 验证码`,
      text: `${place} 是您在 ${centreName} 的验证码，${minutes} 分钟内有效。如果您没有索取，请忽略。`,
    };
  return {
    subject: `Your code for ${centreName}`,
    text: `${place} is your code for ${centreName}. It holds for ${minutes} minutes. If you did not ask for it, ignore this message.`,
  };
}

function hashOf({ signingKey }: Pick<Parts, 'signingKey'>, id: string, code: string): string {
  return createHmac('sha256', signingKey).update(`${keyPrefix}${id}:${code}`).digest('hex');
}

/** The message as it leaves, with its code. @throws HubError `provider_refused` when the code holds no longer */
export async function withCode<M extends OutboundMessage>(parts: Parts, message: M): Promise<M> {
  const whole = await withKeptCode(parts, message);
  if (!whole) throw new HubError('provider_refused', 'The code holds no longer');
  return whole;
}

/** The message as it leaves or left, with its code; null when the code holds no longer, since then it is kept nowhere. */
export async function withKeptCode<M extends OutboundMessage>(parts: Parts, message: M): Promise<M | null> {
  if (!message.idempotencyKey.startsWith(keyPrefix)) return message;
  const kept = await readSealedCode(parts.db.sql, message.outboundId);
  return kept && { ...message, text: message.text.replace(place, () => parts.vault.unseal(kept.sealed, kept.id)) };
}

/**
 * One try. The right code proves the identifier to be the customer's; where another one verified it too, the two are one person.
 * `agentId` null: the customer typed it.
 */
export async function confirmCode(
  parts: Parts,
  id: string,
  code: string,
  agentId: string | null,
): Promise<{ result: CodeResult; proof: ProofOutcome | null }> {
  const result = await parts.db.transaction(async (tx) => {
    const tried = await tryCode(tx, id, hashOf(parts, id, code.trim()), parts.now());
    await tellCodeTried(tx, id, tried, agentId);
    return tried;
  });
  parts.relay.nudge();
  const row = result === 'confirmed' ? await readCode(parts.db.sql, id) : null;
  if (!row) return { result, proof: null };
  const proof = await prove(parts, {
    customerId: row.customerId,
    kind: row.kind,
    value: row.value,
    source: 'code',
    channel: row.kind === 'email' ? 'email' : 'sms',
    agentId,
    reason: null,
    reference: id,
    mayMerge: true,
  });
  return { result, proof };
}

/** What a visitor wrote may be the code that was sent to them. Nothing else is done with it, and they are told nothing. */
export async function tryCodeOfVisitor(parts: Parts, visitorId: string, text: string): Promise<void> {
  if (!/^\s*\d{6}\s*$/.test(text)) return;
  const id = await openCodeOfVisitor(parts.db.sql, visitorId, parts.now());
  if (id !== null) await confirmCode(parts, id, text, null);
}
