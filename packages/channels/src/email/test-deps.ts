/** In-memory stand-ins for what the hub gives the email adapter, for its tests. */
import { createHash } from 'node:crypto';
import type { InboundContactDraft, OutboundMessage } from '@patchbay/contracts';
import type { ChannelDeps, RawPayload } from '../channel.ts';

export interface Recorded {
  readonly files: Map<string, Buffer>;
  readonly received: { contact: InboundContactDraft; raw: RawPayload }[];
  readonly quarantined: { input: Parameters<ChannelDeps['quarantine']>[0]; raw: RawPayload }[];
  /** Names of what waits in quarantine no longer. */
  readonly ended: string[];
}

export function testDeps(
  overrides: Partial<ChannelDeps> = {},
  config: Partial<ChannelDeps['config']> = {},
): ChannelDeps & { recorded: Recorded } {
  const recorded: Recorded = { files: new Map(), received: [], quarantined: [], ended: [] };
  const silent = () => undefined;
  return {
    recorded,
    config: {
      publicUrl: 'http://localhost:3000',
      host: '127.0.0.1',
      smtpInletPort: 0,
      mailDomains: ['centre.test', 'bücher.example'],
      smtpUrl: undefined,
      mailFrom: 'service@centre.test',
      centreName: 'The Centre',
      privateAddresses: false,
      twilio: { accountSid: '', authToken: '', apiBaseUrl: undefined, number: '', whatsappNumber: '+15005550006' },
      ...config,
    },
    files: {
      put: async (bytes) => {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        recorded.files.set(sha256, Buffer.from(bytes));
        return { sha256, size: bytes.length };
      },
      read: async (sha256) => {
        const file = recorded.files.get(sha256);
        if (!file) throw new Error(`no file ${sha256}`);
        return file;
      },
    },
    log: { info: silent, warn: silent, error: silent },
    now: () => new Date('2026-03-01T12:00:00.000Z'),
    signingKey: Buffer.alloc(32, 7),
    receive: async (contact, raw) => {
      recorded.received.push({ contact, raw });
      return { inboxId: String(recorded.received.length), outcome: 'accepted' };
    },
    quarantine: async (input, raw) => {
      recorded.quarantined.push({ input, raw });
      return { inboxId: 'q', outcome: 'quarantined' };
    },
    endQuarantine: async ({ externalId }) => void recorded.ended.push(externalId),
    isKept: async () => false,
    callSituation: async () => null,
    httpSources: { source: async () => null, requestFields: async () => null },
    ourAddresses: async () => new Set(['help@brand.example']),
    sendingServer: async () => null,
    ticketsOfSent: async () => [],
    dns: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    ...overrides,
  };
}

/** An answer on its way out. */
export const outgoing: OutboundMessage = {
  outboundId: '0c7b1f5e-1f6a-4d5c-8f25-6c6a2f6d1a11',
  idempotencyKey: 'k',
  ticketId: '5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11',
  ticketNumber: 12,
  channelAccount: 'email',
  to: 'ann@example.com',
  cc: [],
  subject: 'Order',
  text: 'On its way.',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  automatic: false,
};

/** A mail from its lines, with CRLF. */
export function mailOf(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\r\n'));
}
