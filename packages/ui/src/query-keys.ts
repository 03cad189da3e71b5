import type { HubEvent } from '@patchbay/contracts';

/** Names of everything that is read from the hub and kept. The first word says what an event makes out of date. */
export const keys = {
  me: ['me'] as const,
  setup: ['setup'] as const,
  tickets: ['tickets'] as const,
  ticketList: (filter: object) => ['tickets', filter] as const,
  offers: ['tickets', 'offers'] as const,
  ticket: (id: string) => ['ticket', id] as const,
  messages: (id: string) => ['messages', id] as const,
  events: (id: string) => ['events', id] as const,
  heldReplies: (ticketId: string) => ['held-replies', ticketId] as const,
  replyRecipients: (ticketId: string) => ['reply-recipients', ticketId] as const,
  mailIdentities: ['mail-identities'] as const,
  customer: (id: string) => ['customer', id] as const,
  suggestions: (id: string) => ['customer', id, 'suggestions'] as const,
  merges: (id: string) => ['customer', id, 'merges'] as const,
  customerSearch: (q: string) => ['customer-search', q] as const,
  agents: ['agents'] as const,
  queues: ['queues'] as const,
  requestTypes: ['request-types'] as const,
  httpSources: ['http-sources'] as const,
  webForms: ['web-forms'] as const,
  quarantine: ['quarantine'] as const,
  health: ['health'] as const,
  alerts: ['alerts'] as const,
  outbox: ['outbox'] as const,
  mailAccounts: ['mail-accounts'] as const,
  privacyRequests: ['privacy', 'requests'] as const,
  privacySettings: ['privacy', 'settings'] as const,
  audit: (filter: object) => ['privacy', 'audit', filter] as const,
  auditCheck: ['privacy', 'audit-check'] as const,
  erasurePreview: (id: string) => ['customer', id, 'erasure-preview'] as const,
  legalHolds: (id: string) => ['customer', id, 'legal-holds'] as const,
  consentRecords: (id: string) => ['customer', id, 'consents'] as const,
  wallboard: ['wallboard'] as const,
  consents: (address: string) => ['consents', address] as const,
  templates: (channel: string) => ['templates', channel] as const,
};
export type Key = readonly unknown[];

/** What an event makes out of date. Pure, so that one burst of events becomes one set of reads. */
export function staleKeys(events: readonly HubEvent[], me: string | undefined): Key[] {
  const stale = new Map<string, Key>();
  for (const event of events) for (const key of keysOf(event, me)) stale.set(JSON.stringify(key), key);
  return [...stale.values()];
}

function keysOf(event: HubEvent, me: string | undefined): Key[] {
  const of = event.ticketId ? [keys.ticket(event.ticketId), keys.events(event.ticketId)] : [];
  const [noun] = event.type.split('.');
  switch (noun) {
    case 'ticket':
    case 'call':
      return [...of, keys.tickets];
    case 'message':
      return [
        ...of,
        keys.tickets,
        keys.outbox,
        ...(event.ticketId
          ? [keys.messages(event.ticketId), keys.heldReplies(event.ticketId), keys.replyRecipients(event.ticketId)]
          : []),
      ];
    case 'reply':
      return event.ticketId ? [keys.heldReplies(event.ticketId)] : [];
    case 'customer':
      // A merge renames and moves tickets; an identification changes one card.
      return event.type.startsWith('customer.merge')
        ? [['customer'], keys.tickets, ['ticket']]
        : [
            ...of,
            ...(event.customerId ? [keys.customer(event.customerId)] : []),
            ...(/^customer\.(?:e|request|hold)/.test(event.type) ? [['privacy', 'requests']] : []),
          ];
    case 'consent':
      return [...of, ['consents'], ...(event.customerId ? [keys.consentRecords(event.customerId)] : [])];
    case 'agent':
      return event.agentId === me ? [keys.agents, keys.me] : [keys.agents];
    case 'contact':
      return [keys.quarantine];
    case 'system':
      return [keys.alerts, keys.wallboard];
    default:
      return of;
  }
}
