/** Sessions and passwords, kept by better-auth in the hub's own tables. Its routes are not mounted: ours call it. */
import { hkdfSync } from 'node:crypto';
import { betterAuth } from 'better-auth/minimal';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { Parts } from '../parts.ts';

/** Seconds after the last use at which a session ends. */
const sessionSeconds = 12 * 60 * 60;
/** Seconds after which a session that is used is prolonged. */
const renewalSeconds = 10 * 60;

export type SessionKeeper = ReturnType<typeof createSessionKeeper>;

export function createSessionKeeper(parts: Pick<Parts, 'db' | 'config' | 'signingKey' | 'log'>) {
  const { publicUrl } = parts.config;
  return betterAuth({
    database: prismaAdapter(parts.db.prisma, { provider: 'postgresql' }),
    secret: Buffer.from(hkdfSync('sha256', parts.signingKey, '', 'patchbay session cookies', 32)).toString('base64url'),
    baseURL: publicUrl,
    telemetry: { enabled: false },
    user: {
      modelName: 'agent',
      additionalFields: { role: { type: 'string', required: false, defaultValue: 'agent', input: false } },
    },
    session: { modelName: 'authSession', expiresIn: sessionSeconds, updateAge: renewalSeconds },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 1, maxPasswordLength: 200 },
    // Guessing is slowed in `sign-in.ts`; the built-in limiter only guards better-auth's own routes.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: 'patchbay',
      useSecureCookies: publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: ['x-forwarded-for'] },
    },
    logger: {
      level: 'error',
      log: (level, message) =>
        parts.log[level === 'error' ? 'error' : 'debug']({ source: 'better-auth', message }, 'auth message'),
    },
  });
}
