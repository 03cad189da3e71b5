/** Tokens by which a host site says who its visitor is (RFC 7519): each key is tied to its algorithm, and each token to its site by the audience. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { HubError } from '@patchbay/contracts';
import type { SiteAlgorithm } from '@patchbay/contracts';
import {
  insertSiteKey,
  readSiteKeys,
  type SiteKeyRow,
  type VisitorProofRow,
} from '@patchbay/store/queries/visitor-sites';
import { normaliseEmail } from '@patchbay/domain';
import { decodeJwt, importSPKI, jwtVerify } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { z } from 'zod';
import { toE164 } from '../auth/agents.ts';
import type { Parts } from '../parts.ts';

/** A token that lives longer is as good as a password. Milliseconds. */
const longestLifeMs = 24 * 60 * 60_000;
/** Clocks of two sites differ a little. Seconds. */
const skewSeconds = 30;

const claims = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number(),
  name: z.string().max(200).optional(),
  email: z.string().max(320).optional(),
  /** OpenID Connect Core, 5.1: false says that the site has not checked it. */
  email_verified: z.boolean().optional(),
  phone_number: z.string().max(40).optional(),
  phone_number_verified: z.boolean().optional(),
});

const refused = (message: string, cause?: unknown) => new HubError('unauthenticated', message, { cause });

export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** What a token says, once its signature, audience and time hold. @throws HubError `unauthenticated` */
export async function verifySiteToken(parts: Parts, token: string): Promise<VisitorProofRow & { siteName: string }> {
  const keys = await readSiteKeys(parts.db.sql, audiencesOf(token), parts.now());
  if (keys.length === 0) throw refused('The token is for no site that is known here');
  let failure: unknown;
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, await keyOf(parts, key), {
        algorithms: [key.algorithm],
        currentDate: parts.now(),
        clockTolerance: skewSeconds,
        requiredClaims: ['exp', 'aud', 'sub'],
      });
      return { ...proofOf(parts, payload, key), siteName: key.siteName };
    } catch (error) {
      if (error instanceof HubError) throw error;
      failure = error;
    }
  }
  const expired = (failure as { code?: string }).code === 'ERR_JWT_EXPIRED';
  throw refused(expired ? 'The token has expired' : 'The token is not valid', failure);
}

/** Whom the token says that it is for; the keys of these sites decide whether that is so. */
function audiencesOf(token: string): string[] {
  try {
    const { aud } = decodeJwt(token);
    return [aud ?? []].flat();
  } catch (error) {
    throw refused('The token is not valid', error);
  }
}

function keyOf(parts: Parts, { keyId, algorithm, material }: SiteKeyRow): Promise<CryptoKey | Uint8Array> {
  return algorithm === 'HS256'
    ? Promise.resolve(Buffer.from(parts.vault.unseal(material, keyId), 'base64url'))
    : importSPKI(material, algorithm);
}

function proofOf(parts: Parts, payload: JWTPayload, key: SiteKeyRow): VisitorProofRow {
  const said = claims.safeParse(payload);
  if (!said.success) throw refused(`The token says it wrongly: ${said.error.issues[0]?.path.join('.') ?? ''}`);
  const { sub, exp, name, email, email_verified, phone_number, phone_number_verified } = said.data;
  if (exp * 1000 > parts.now().getTime() + longestLifeMs + skewSeconds * 1000)
    throw refused('The token lives longer than a day');
  const address = email !== undefined && email_verified !== false ? normaliseEmail(email) : null;
  const number = phone_number !== undefined && phone_number_verified !== false ? phoneOf(parts, phone_number) : null;
  return {
    siteId: key.siteId,
    subject: sub,
    displayName: name?.trim() || null,
    identifiers: [
      { kind: 'external', value: `${key.siteId}:${sub}` },
      ...(address === null ? [] : [{ kind: 'email' as const, value: address }]),
      ...(number === null ? [] : [{ kind: 'phone' as const, value: number }]),
    ],
    expiresAt: new Date(exp * 1000),
  };
}

/** E.164 only: a site that writes numbers as its own country does would vouch for another's. */
function phoneOf(parts: Parts, given: string): string | null {
  try {
    return given.startsWith('+') ? toE164(given, parts.config.defaultRegion) : null;
  } catch {
    return null;
  }
}

/**
 * Gives a site a new key. The secret of HS256 is made here and told once; of the others only the public half is ever seen.
 *
 * @throws HubError `invalid_input` for what is no public key of the algorithm
 */
export async function addSiteKey(
  parts: Parts,
  actorId: string,
  wanted: { siteId: string; algorithm: SiteAlgorithm; publicKey: string | undefined; overlapHours: number },
): Promise<{ id: string; secret: string | null }> {
  const id = randomUUID();
  const secret = wanted.algorithm === 'HS256' ? randomBytes(32).toString('base64url') : null;
  await insertSiteKey(parts.db.sql, actorId, {
    id,
    siteId: wanted.siteId,
    algorithm: wanted.algorithm,
    material: secret === null ? await publicKey(wanted.publicKey, wanted.algorithm) : parts.vault.seal(secret, id),
    othersUntil: new Date(parts.now().getTime() + wanted.overlapHours * 3_600_000),
  });
  return { id, secret };
}

async function publicKey(pem: string | undefined, algorithm: SiteAlgorithm): Promise<string> {
  const wrong = (cause?: unknown) =>
    new HubError('invalid_input', `publicKey: not a public key for ${algorithm} in PEM`, {
      cause,
      issues: [{ path: 'publicKey', message: `Not a public key for ${algorithm} in PEM (SPKI)` }],
    });
  if (pem === undefined) throw wrong();
  try {
    await importSPKI(pem, algorithm);
  } catch (error) {
    throw wrong(error);
  }
  return pem;
}
