import { createHash, randomBytes } from 'node:crypto';
import { HubError, type setupRequest } from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import { readCredential, claimSetup, hasPasswords, saveSetupToken } from '@patchbay/store/queries/api-keys';
import { savePassword, updateAgent } from '@patchbay/store/queries/agents';
import { hashPassword, verifyPassword } from 'better-auth/crypto';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { createAgent, writeAgent } from './agents.ts';

/** How long a set-up link holds. Milliseconds. */
const linkMs = 24 * 60 * 60 * 1000;
const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Sees to it that somebody can get in: the administrator of the environment is made, or made one again; without one, and
 * while nobody can log in, a one-time link is answered for the operator. It may run in several processes at once.
 */
export async function ensureFirstAdministrator(parts: Parts): Promise<{ setupLink: string | null }> {
  if (parts.config.admin) await keepAdministrator(parts, parts.config.admin);
  if (await hasPasswords(parts.db.sql)) return { setupLink: null };
  const token = randomBytes(24).toString('base64url');
  await saveSetupToken(parts.db.sql, hash(token), linkMs);
  return { setupLink: `${parts.config.publicUrl}/setup?token=${token}` };
}

async function keepAdministrator(
  parts: Parts,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const known = await readCredential(parts.db.sql, normaliseEmail(email) ?? email);
  if (!known) {
    try {
      await createAgent(parts, { name: 'Administrator', email, password, role: 'admin' });
    } catch (error) {
      // Another process made it in the meantime.
      if (!(error instanceof HubError && error.code === 'conflict')) throw error;
    }
    return;
  }
  const holds = known.passwordHash !== null && (await verifyPassword({ hash: known.passwordHash, password }));
  const passwordHash = holds ? null : await hashPassword(password);
  if (passwordHash === null && known.role === 'admin') return;
  await parts.db.transaction(async (tx) => {
    if (passwordHash !== null) await savePassword(tx, known.agentId, passwordHash);
    await updateAgent(tx, known.agentId, { role: 'admin' });
  });
}

/** Makes the first administrator by the set-up link, once. @throws HubError `gone` when the link was used, replaced or is too old */
export async function claimSetupLink(parts: Parts, request: z.infer<typeof setupRequest>): Promise<string> {
  const passwordHash = await hashPassword(request.password);
  return parts.db.transaction(async (tx) => {
    if (!(await claimSetup(tx, hash(request.token))))
      throw new HubError('gone', 'The set-up link was used, replaced by a newer one, or is too old');
    return writeAgent(
      parts,
      tx,
      { name: request.name, email: request.email, password: request.password, role: 'admin' },
      passwordHash,
    );
  });
}

/** True while nobody can log in. */
export async function isSetupNeeded(parts: Pick<Parts, 'db'>): Promise<boolean> {
  return !(await hasPasswords(parts.db.sql));
}
