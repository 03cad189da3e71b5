/** What routing rules can ask of a contact that opens a ticket. */
import { testsOf, type Facts, type InboundContact, type RoutingRule } from '@patchbay/contracts';
import { factsOfTicket } from '../automation/ticket-facts.ts';
import type { Hours } from '../calendar.ts';

/** Of the customer, where the contact is known to be from one. */
export interface RoutedCustomer {
  readonly grade: string | null;
  readonly stage: string | null;
  readonly vip: boolean;
  readonly segments: readonly string[];
}

/** Characters of a text that rules look at: contacts that are ingested together are read so far. */
const longestRoutedText = 2_000;

const nobody: RoutedCustomer = { grade: null, stage: null, vip: false, segments: [] };
const ofCustomer: ReadonlySet<string> = new Set(['grade', 'stage', 'vip', 'segment']);

/** Whether any of the rules asks for what the contact does not say itself. */
export function asksForCustomer(rules: readonly RoutingRule[]): boolean {
  return rules.some((rule) => {
    try {
      return (
        rule.enabled && rule.condition !== null && testsOf(rule.condition).some(({ fact }) => ofCustomer.has(fact.name))
      );
    } catch {
      // One that cannot be read asks for nothing.
      return false;
    }
  });
}

export type RoutedContact = Pick<
  InboundContact,
  | 'channel'
  | 'channelAccount'
  | 'deliveredTo'
  | 'from'
  | 'identifiers'
  | 'kind'
  | 'request'
  | 'subject'
  | 'text'
  | 'replyText'
  | 'language'
  | 'contentLanguage'
  | 'classification'
>;

export function factsOfContact(contact: RoutedContact, customer: RoutedCustomer | null, at: Date, hours: Hours): Facts {
  return factsOfTicket(
    {
      ...(customer ?? nobody),
      channel: contact.channel,
      addresses: [...new Set([...contact.deliveredTo, contact.channelAccount])],
      sender: contact.from || contact.identifiers[0]?.value || null,
      queueId: null,
      requestType: contact.request?.type ?? null,
      category: contact.classification?.category ?? null,
      tags: [],
      status: 'open',
      priority: 0,
      assigneeId: null,
      subject: contact.subject ?? '',
      text: (contact.replyText || contact.text).slice(0, longestRoutedText),
      messageKind: contact.kind,
      language: contact.language ?? null,
      contentLanguage: contact.contentLanguage ?? null,
    },
    at,
    hours,
  );
}
