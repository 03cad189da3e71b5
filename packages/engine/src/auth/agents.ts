import { HubError, type agentCreate } from '@patchbay/contracts';
import { databaseErrorCode } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { insertAgent } from '@patchbay/store/queries/agents';
import { normaliseEmail, normaliseIdentifier } from '@patchbay/domain';
import { hashPassword } from 'better-auth/crypto';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';

type AgentDraft = z.infer<typeof agentCreate>;

/**
 * Reads a phone number as people of the region write it.
 * @returns E.164
 * @throws HubError `invalid_input` when no such number can exist
 */
export function toE164(given: string, region: string): string {
  const number = normaliseIdentifier('phone', given, region);
  if (!number)
    throw new HubError('invalid_input', 'phone: not a phone number', {
      issues: [{ path: 'phone', message: 'Not a phone number' }],
    });
  return number.value;
}

/** Adds an agent who can log in. @throws HubError `conflict` when the address is taken, `unprocessable` for an unknown queue */
export async function createAgent(parts: Pick<Parts, 'db' | 'config'>, draft: AgentDraft): Promise<string> {
  const passwordHash = await hashPassword(draft.password);
  return parts.db.transaction((tx) => writeAgent(parts, tx, draft, passwordHash));
}

/** {@link createAgent} inside a transaction; hashing takes long and is done before. */
export async function writeAgent(
  parts: Pick<Parts, 'config'>,
  tx: Queryable,
  draft: AgentDraft,
  passwordHash: string,
): Promise<string> {
  const phone = draft.phone ? toE164(draft.phone, parts.config.defaultRegion) : null;
  const email = normaliseEmail(draft.email);
  if (email === null) throw new HubError('invalid_input', 'email: not an email address');
  const given = {
    name: draft.name,
    email,
    role: draft.role,
    phone,
    capacity: draft.capacity ?? {},
    queueIds: draft.queueIds,
    passwordHash,
  };
  const id = await insertAgent(tx, given).catch(unknownReference);
  if (id === null) throw new HubError('conflict', 'An agent with this email address exists');
  return id;
}

/** A foreign key that does not hold (SQLSTATE 23503): a queue, a skill, a team or an agent that does not exist. */
export function unknownReference(error: unknown): never {
  if (databaseErrorCode(error) === '23503')
    throw new HubError('unprocessable', 'One of the queues, skills, teams or agents does not exist', { cause: error });
  throw error;
}
