/** A visitor whom the host site knows: its signed word makes their identifiers verified. */
import { HubError, type VisitorIdentified } from '@patchbay/contracts';
import { listIdentifiers } from '@patchbay/store/queries/identifiers';
import {
  claimToken,
  customerOfVisitor,
  keepVisitorProof,
  type VisitorProofRow,
} from '@patchbay/store/queries/visitor-sites';
import type { Parts } from '../parts.ts';
import { prove } from './merging.ts';
import { tokenHash, verifySiteToken } from './site-tokens.ts';

/**
 * Takes a site's word on a visitor. A visitor who has written before is proved to be that customer at once; one who has not will be
 * with the first message.
 *
 * @throws HubError `unauthenticated` for a token that does not hold or that another visitor brought; `conflict` when the site said
 * before that this visitor is somebody else: the browser has another user now, and needs a visitor of its own
 */
export async function identifyVisitor(parts: Parts, visitorId: string, token: string): Promise<VisitorIdentified> {
  const { siteName, ...proof } = await verifySiteToken(parts, token);
  await parts.db.transaction(async (tx) => {
    if (!(await claimToken(tx, tokenHash(token), visitorId, proof.expiresAt)))
      throw new HubError('unauthenticated', 'The token was used by another visitor');
    if (!(await keepVisitorProof(tx, visitorId, proof)))
      throw new HubError('conflict', 'This visitor is known as somebody else');
  });
  const customerId = await customerOfVisitor(parts.db.sql, visitorId);
  if (customerId !== null) await proveAll(parts, customerId, proof, siteName);
  return { subject: proof.subject, name: proof.displayName };
}

async function proveAll(parts: Parts, customer: string, proof: VisitorProofRow, siteName: string): Promise<void> {
  let customerId = customer;
  const mayMerge = !(await isAnotherSubject(parts, customerId, proof));
  for (const { kind, value } of proof.identifiers) {
    const { customerId: whose } = await prove(parts, {
      customerId,
      kind,
      value,
      source: 'token',
      channel: 'chat',
      agentId: null,
      reason: siteName,
      reference: `${proof.siteId} ${proof.subject}`,
      mayMerge,
    });
    customerId = whose;
  }
}

/** The site has told us of the customer under another subject: two accounts are joined by a person only. */
async function isAnotherSubject(
  parts: Parts,
  customerId: string,
  { siteId, subject }: VisitorProofRow,
): Promise<boolean> {
  const held = await listIdentifiers(parts.db.sql, customerId);
  return held.some(
    ({ kind, value, grade }) =>
      kind === 'external' && grade === 'verified' && value.startsWith(`${siteId}:`) && value !== `${siteId}:${subject}`,
  );
}
