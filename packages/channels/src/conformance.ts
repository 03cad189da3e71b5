/**
 * The suite that every adapter passes. A channel brings its factory, what it is given, and examples; what is asked of
 * them is the same for all.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  type ErrorCode,
  HubError,
  inboundContact,
  type InboundContactDraft,
  type OutboundMessage,
} from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import type {
  CallSituation,
  Channel,
  ChannelConfig,
  ChannelDeps,
  ChannelFactory,
  ChannelRequest,
  RawPayload,
} from './channel.ts';
import type { HttpSourceDirectory } from './http/source.ts';

/** What `send` may throw (`Channel.send`). */
const sendCodes: readonly ErrorCode[] = [
  'provider_refused',
  'provider_unavailable',
  'too_many_requests',
  'outcome_unknown',
];

export interface ConformanceFixtures {
  /** Given anew to each channel that the suite makes. */
  readonly deps: () => ChannelDeps;
  /** Genuine webhooks. `contacts`: how many are in them. */
  readonly requests?: readonly { readonly name: string; readonly request: ChannelRequest; readonly contacts: number }[];
  /** Contacts that reach the adapter by another way than a webhook: a mail's bytes, a socket message. */
  readonly intake?: readonly {
    readonly name: string;
    readonly drafts: (channel: Channel) => Promise<InboundContactDraft[]>;
  }[];
  /** Webhooks that the provider did not make. */
  readonly foreign?: readonly { readonly name: string; readonly request: ChannelRequest }[];
  /** Webhooks with a shape that the provider never sends, signed where they can be. */
  readonly malformed?: readonly { readonly name: string; readonly request: ChannelRequest }[];
  /** Sending to a provider that fails in one certain way. */
  readonly failures?: readonly {
    readonly name: string;
    readonly send: (message: OutboundMessage) => Promise<unknown>;
    readonly code: ErrorCode;
  }[];
  /** A message that the channel could send. */
  readonly outbound: OutboundMessage;
}

/** Everything that arrived through `conformanceDeps`. */
export interface Received {
  readonly contacts: InboundContactDraft[];
  readonly quarantined: { readonly externalId: string; readonly reason: string }[];
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const conformanceConfig: ChannelConfig = {
  publicUrl: 'https://hub.example.test',
  host: '127.0.0.1',
  smtpInletPort: 0,
  mailDomains: ['patchbay.test'],
  smtpUrl: undefined,
  mailFrom: 'support@patchbay.test',
  centreName: 'Patchbay',
  privateAddresses: true,
  twilio: {
    accountSid: `AC${'0'.repeat(32)}`,
    authToken: 'conformance-token',
    apiBaseUrl: undefined,
    number: '+4930901820',
    whatsappNumber: '+4930901821',
  },
};

/** Dependencies that keep everything in memory. `receive` is unique on account and id, as the hub's is. */
export function conformanceDeps(
  overrides: {
    config?: Partial<ChannelConfig>;
    callSituation?: (callSid: string) => CallSituation | null;
    now?: () => Date;
    httpSources?: Partial<HttpSourceDirectory>;
  } = {},
): ChannelDeps & { readonly received: Received } {
  const files = new Map<string, Buffer>();
  const seen = new Set<string>();
  const received: Received = { contacts: [], quarantined: [] };
  const once = (account: string, externalId: string, keep: () => void) => {
    const key = `${account} ${externalId}`;
    if (seen.has(key)) return false;
    seen.add(key);
    keep();
    return true;
  };
  return {
    config: { ...conformanceConfig, ...overrides.config },
    files: {
      put: async (bytes) => {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        files.set(sha256, Buffer.from(bytes));
        return { sha256, size: bytes.length };
      },
      read: async (sha256) => {
        const bytes = files.get(sha256);
        if (!bytes) throw new HubError('not_found', 'No such file');
        return bytes;
      },
    },
    log: silent,
    now: overrides.now ?? (() => new Date()),
    signingKey: Buffer.alloc(32, 7),
    receive: async (contact: InboundContactDraft, _raw: RawPayload) => {
      const parsed = inboundContact.parse(contact);
      const id = parsed.contentHash === undefined ? parsed.externalId : `${parsed.externalId} ${parsed.contentHash}`;
      const accepted = once(parsed.channelAccount, id, () => received.contacts.push(contact));
      return { inboxId: randomUUID(), outcome: accepted ? 'accepted' : 'duplicate' };
    },
    quarantine: async (input) => {
      received.quarantined.push(input);
      return { inboxId: randomUUID(), outcome: 'quarantined' };
    },
    endQuarantine: async () => undefined,
    isKept: async () => false,
    callSituation: async (callSid) => overrides.callSituation?.(callSid) ?? null,
    httpSources: { source: async () => null, requestFields: async () => null, ...overrides.httpSources },
    ourAddresses: async () => new Set(),
    sendingServer: async () => null,
    ticketsOfSent: async () => [],
    received,
  };
}

/** The code of the `HubError` that `run` throws; fails on anything else. */
async function codeOf(run: () => unknown): Promise<ErrorCode> {
  try {
    await run();
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
  throw new Error('Expected a HubError, but nothing was thrown');
}

const never = () => new AbortController().signal;

function describeCapabilities(create: () => Channel, fixtures: ConformanceFixtures): void {
  const stored = { filename: 'a.txt', contentType: 'text/plain', size: 1, sha256: 'a'.repeat(64), inline: false };
  describe('capabilities are honest', () => {
    test('intake, paths and call control', () => {
      const channel = create();
      const { intake, continuationMs, live } = channel.capabilities;
      if (intake === 'pull') expect('listen' in channel).toBe(true);
      expect(new Set(channel.webhookPaths).size).toBe(channel.webhookPaths.length);
      for (const path of channel.webhookPaths) expect(path).toMatch(/^(?:\/:?[\w-]+)+$/);
      expect(continuationMs).toBeGreaterThanOrEqual(0);
      if (channel.calls) expect(live).toBe(true);
    });
    test('what it cannot carry, it refuses', async () => {
      const channel = create();
      const { text, attachments } = channel.capabilities;
      if (!text) expect(await codeOf(() => channel.send(fixtures.outbound, never()))).toBe('provider_refused');
      if (!attachments)
        expect(await codeOf(() => channel.send({ ...fixtures.outbound, attachments: [stored] }, never()))).toBe(
          'provider_refused',
        );
    });
    test('it reports nothing that it says it does not report', () => {
      const channel = create();
      const reports = (fixtures.requests ?? []).flatMap(({ request }) => channel.parseStatus(request));
      if (channel.capabilities.reports.length === 0) expect(reports).toEqual([]);
    });
  });
}

function describeContacts(create: () => Channel, fixtures: ConformanceFixtures): void {
  const sources = [
    ...(fixtures.intake ?? []),
    ...(fixtures.requests ?? []).map(({ name, request, contacts }) => ({
      name,
      drafts: async (channel: Channel) => {
        expect(channel.webhookPaths).toContain(request.path);
        await channel.verify(request);
        const drafts = await channel.parse(request);
        expect(drafts).toHaveLength(contacts);
        expect((await channel.reply(request)).status).toBeLessThan(300);
        return drafts;
      },
    })),
  ];
  describe('contacts', () => {
    for (const { name, drafts } of sources) {
      test(`${name}: well-formed, and the same when it comes again`, async () => {
        const channel = create();
        const first = (await drafts(channel)).map((draft) => inboundContact.parse(draft));
        const second = await drafts(create());
        expect(second.map((draft) => draft.externalId)).toEqual(first.map((draft) => draft.externalId));
        expect(second.map((draft) => draft.channelAccount)).toEqual(first.map((draft) => draft.channelAccount));
        for (const draft of first) expect(draft.channel).toBe(channel.name);
        expect(new Set(first.map((draft) => draft.externalId)).size).toBe(first.length);
      });
    }
  });
}

function describeRefusals(create: () => Channel, fixtures: ConformanceFixtures): void {
  describe('refusals', () => {
    for (const { name, request } of fixtures.foreign ?? []) {
      test(`${name}: not the provider's`, async () => {
        expect(await codeOf(() => create().verify(request))).toBe('bad_signature');
      });
    }
    for (const { name, request } of fixtures.malformed ?? []) {
      test(`${name}: wrong shape`, async () => {
        const channel = create();
        const take = async () => {
          await channel.verify(request);
          await channel.parse(request);
          channel.parseStatus(request);
        };
        expect(await codeOf(take)).toBe('invalid_input');
      });
    }
  });
}

function describeFailures(failures: NonNullable<ConformanceFixtures['failures']>, outbound: OutboundMessage): void {
  describe('sending', () => {
    for (const { name, send, code } of failures) {
      test(`${name}: ${code}`, async () => {
        expect(sendCodes).toContain(code);
        expect(await codeOf(() => send(outbound))).toBe(code);
      });
    }
  });
}

/** Describes the suite for one adapter. */
export function describeConformance(name: string, factory: ChannelFactory, fixtures: ConformanceFixtures): void {
  const create = () => factory(fixtures.deps());
  describe(`${name} conforms`, () => {
    test('its name is its own', () => {
      expect(create().name).toBe(name);
    });
    describeCapabilities(create, fixtures);
    if (fixtures.requests ?? fixtures.intake) describeContacts(create, fixtures);
    if (fixtures.foreign ?? fixtures.malformed) describeRefusals(create, fixtures);
    if (fixtures.failures) describeFailures(fixtures.failures, fixtures.outbound);
  });
}
