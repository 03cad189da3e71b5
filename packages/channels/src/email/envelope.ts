/** The envelope of a mail that is kept aside, which its bytes do not say and its replay has to know. */
import { z } from 'zod';
import type { RawPayload } from '../channel.ts';
import type { MailEnvelope } from './schema.ts';

const kept = z.object({
  from: z.string().nullable().catch(null),
  to: z.array(z.string()).catch([]),
  peer: z.object({ address: z.string(), helo: z.string() }).optional().catch(undefined),
  trustedAuthservId: z.string().optional().catch(undefined),
  acknowledge: z.literal(false).optional().catch(undefined),
});

export const payloadOf = (bytes: Uint8Array, envelope: MailEnvelope): RawPayload => ({
  bytes,
  contentType: 'message/rfc822',
  envelope: { ...envelope },
});

/** The first envelope, since one mail is decided about once, with every recipient that the same bytes were handed over for. */
export function replayedEnvelope(envelopes: readonly unknown[]): MailEnvelope {
  const all = envelopes.flatMap((envelope) => kept.safeParse(envelope).data ?? []);
  const { from = null, peer, trustedAuthservId, acknowledge } = all[0] ?? {};
  return {
    from,
    to: [...new Set(all.flatMap(({ to }) => to))],
    ...(peer && { peer }),
    ...(trustedAuthservId !== undefined && { trustedAuthservId }),
    ...(acknowledge !== undefined && { acknowledge }),
  };
}
