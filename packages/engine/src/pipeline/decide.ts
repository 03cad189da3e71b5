/** Puts the pure decisions of `domain` together for one contact. Reads settings and the snapshot, writes nothing. */
import {
  acknowledgementText,
  decideTicket,
  isReport,
  helpText,
  holdsAcknowledgement,
  mayAnswerUs,
  normaliseEmail,
  resolveCustomer,
  shouldAcknowledge,
  toldMinutes,
  unnamed,
} from '@patchbay/domain';
import type { ChannelCapabilities } from '@patchbay/channels/channel';
import type { InboundContact } from '@patchbay/contracts';
import type { IngestDecision, IngestSnapshot } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import type { Lookups } from '../routing-rules/lookups.ts';
import { routeBy, routeContact, type Route, type Routed } from '../routing-rules/route.ts';
import { longWait } from './places.ts';

/** A resolved or closed ticket is reopened by its customer for a week; later contacts open a linked one. */
const reopenMs = 7 * 24 * 3600_000;

/** One acknowledgement to a sender within so long: a loop of machines ends here at the latest. */
const acknowledgementWindowMs = 3600_000;
/** HELP is asked by a person who waits; two machines that ask it of each other still end here. */
const helpWindowMs = 60_000;

export async function decideContact(
  parts: Parts,
  lookups: Lookups,
  contact: InboundContact,
  snapshot: IngestSnapshot,
  capabilities: ChannelCapabilities,
): Promise<Omit<IngestDecision, 'attachments'>> {
  const customer = resolveCustomer(contact.identifiers, snapshot.customers, snapshot.addressee);
  const customerId = customer.outcome === 'same' ? customer.customerId : null;
  // Who is a customer only by what they answer is a party of that ticket, and of no other of theirs.
  const answered = customer.outcome === 'same' && !customer.isProved ? contact.threading.ticketId : undefined;
  const sent = await namedAsSent(lookups, contact, snapshot);
  const ticket = decideTicket({
    channel: contact.channel,
    kind: contact.kind,
    automatic: contact.automatic,
    customerId: answered === undefined ? customerId : null,
    reopenMs,
    continuationMs: capabilities.continuationMs,
    // Calls are placed by hand, to whichever number of the customer's.
    keepsEnds: capabilities.text,
    now: parts.now(),
    candidates: snapshot.tickets.map((candidate) => ({
      ...candidate,
      namesSent: sent.has(candidate.ticketId),
      senderIsParty: candidate.senderIsParty || candidate.ticketId === answered,
      lastActivityAt: new Date(candidate.lastActivityAt),
      settledAt: candidate.settledAt === null ? null : new Date(candidate.settledAt),
    })),
  });
  const continued =
    ticket.action === 'continue'
      ? snapshot.tickets.find((candidate) => candidate.ticketId === ticket.ticketId)
      : undefined;
  const opens = ticket.action === 'open';
  const earlier =
    ticket.action === 'open' && ticket.takesUp
      ? snapshot.tickets.find((candidate) => candidate.ticketId === ticket.linkedTicketId)
      : undefined;
  const { addresses, routed } = await asWritten(lookups, contact, earlier);
  const { queueId, priority, requestType, tags, routing } = await routeOf(parts, lookups, routed, customerId, opens);
  return {
    customerId,
    displayName: displayName(contact),
    customerReason: customer.reason,
    ticketId: continued?.ticketId ?? null,
    seenStatus: continued?.status ?? null,
    reopen: ticket.action === 'continue' && ticket.reopen,
    // Somebody waits on the line again: the ticket goes back to its queue.
    requeue: ticket.action === 'continue' && contact.call?.step === 'ringing',
    subject: subjectOf(contact),
    queueId,
    priority,
    linkedTicketId: ticket.action === 'open' ? ticket.linkedTicketId : null,
    reason: ticket.reason,
    ...(requestType !== null && requestType !== contact.request?.type && { requestType }),
    ...(tags.length > 0 && { tags }),
    ...(routing && { routing }),
    ...(addresses.length > 0 && { addresses }),
    // A claim brings nobody else into a conversation that was there before it.
    parties:
      contact.kind === 'customer' && (opens || answered === undefined)
        ? await peopleInCopy(parts, lookups, contact)
        : [],
    acknowledgement:
      contact.consent?.word === 'help'
        ? await helpAnswer(parts, lookups, contact)
        : await acknowledge(parts, lookups, contact, capabilities, {
            queueId: opens ? queueId : undefined,
            namesOther:
              ticket.action === 'open' &&
              !ticket.takesUp &&
              (holdsAcknowledgement(contact.text) ||
                (await namesOther(lookups, contact, snapshot, ticket.linkedTicketId))),
          }),
  };
}

/** The tickets of messages of ours that a report names; of anything else nobody asks. */
async function namedAsSent(
  lookups: Lookups,
  { kind, threading }: InboundContact,
  { tickets }: IngestSnapshot,
): Promise<ReadonlySet<string>> {
  const isAsked = isReport(kind) && tickets.some(({ via }) => via === 'reference');
  return new Set(isAsked ? await lookups.ticketsOfSent(threading.references) : []);
}

/** A signed address is nobody's: what came to no other is as if written to where the ticket was written to that it takes up. */
async function asWritten(
  lookups: Lookups,
  contact: InboundContact,
  earlier: IngestSnapshot['tickets'][number] | undefined,
): Promise<{ addresses: readonly string[]; routed: Routed }> {
  if (!earlier || earlier.channel !== contact.channel || contact.deliveredTo.length > 0)
    return { addresses: [], routed: contact };
  const addresses = await lookups.addressesOfTicket(earlier.ticketId);
  return { addresses, routed: { ...contact, deliveredTo: [...addresses], earlierQueueId: earlier.queueId } };
}

/** What opens no ticket is routed by no rule: it goes where its ticket is, or the usual way. */
async function routeOf(
  parts: Parts,
  lookups: Lookups,
  contact: Routed,
  customerId: string | null,
  opens: boolean,
): Promise<Route> {
  if (!opens || contact.kind !== 'customer') return routeBy(lookups, contact, null);
  const rules = await lookups.rules();
  const route = await routeContact(lookups, contact, customerId, rules, parts.now());
  for (const { id, why } of route.routing?.passed ?? [])
    if (why === 'failed')
      parts.log.error({ ruleId: id, version: rules.version }, 'a routing rule could not be evaluated');
  return route;
}

function displayName(contact: InboundContact): string {
  const name =
    contact.senderName?.trim() ||
    contact.identifiers.find((identifier) => identifier.kind !== 'visitor')?.value ||
    contact.from ||
    unnamed;
  return firstCharacters(name, 200);
}

function subjectOf(contact: InboundContact): string {
  const words = (contact.subject ?? contact.replyText ?? contact.text).replaceAll(/\s+/g, ' ').trim();
  return firstCharacters(words, 200) || '(no subject)';
}

/** Never half of a surrogate pair: the database does not take one. */
function firstCharacters(text: string, count: number): string {
  return Array.from(text.slice(0, 2 * count))
    .slice(0, count)
    .join('');
}

/** Everyone whom the customer has in copy may write to the ticket, by the address that their own mails will have; ours are nobody's. */
async function peopleInCopy(
  parts: Parts,
  lookups: Lookups,
  contact: InboundContact,
): Promise<IngestDecision['parties']> {
  const { mailDomains, mailFrom } = parts.config;
  const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);
  const ourDomains = new Set(mailDomains.map((domain) => domainOf(normaliseEmail(`us@${domain}`) ?? domain)));
  const addresses = new Set([...contact.to, ...contact.cc].flatMap((address) => normaliseEmail(address) ?? []));
  const others = [...addresses].filter((address) => !ourDomains.has(domainOf(address)));
  if (others.length === 0) return [];
  const ours = new Set([normaliseEmail(mailFrom), ...contact.deliveredTo, ...(await lookups.ourAddresses())]);
  return others.filter((address) => !ours.has(address)).map((value) => ({ kind: 'email', value }));
}

/** It is a mail that names a ticket of somebody else, and may be a machine's answer to what was told there. */
async function namesOther(
  lookups: Lookups,
  contact: InboundContact,
  snapshot: IngestSnapshot,
  ticketId: string | null,
): Promise<boolean> {
  if (contact.channel !== 'email' || contact.kind !== 'customer' || ticketId === null) return false;
  // What refers to a message of ours is an answer.
  if (snapshot.tickets.some((one) => one.ticketId === ticketId && one.via !== 'tag')) return true;
  const told = await lookups.toldOnTicket(ticketId);
  return told === null || mayAnswerUs(told, contact.identifiers[0]?.value ?? contact.from, acknowledgementWindowMs);
}

/** `queueId`: of the ticket that it opens; undefined where it opens none. `namesOther`: it may answer what was told on another. */
async function acknowledge(
  parts: Parts,
  lookups: Lookups,
  contact: InboundContact,
  capabilities: ChannelCapabilities,
  { queueId, namesOther }: { queueId: string | null | undefined; namesOther: boolean },
): Promise<IngestDecision['acknowledgement']> {
  const { yes } = shouldAcknowledge({
    kind: contact.kind,
    automatic: contact.automatic,
    senderFailed: contact.authenticity?.verdict === 'fail',
    channelAcknowledges:
      capabilities.acknowledges &&
      contact.acknowledge !== false &&
      contact.identifiers.length > 0 &&
      // The carrier's would be the first of two answers.
      !contact.consent?.byCarrier,
    opened: queueId !== undefined,
    namesOther,
  });
  if (!yes) return null;
  const open = (await lookups.hours()).ofQueue(queueId ?? null).isOpen(parts.now());
  const wait = longWait(parts, queueId ?? null);
  const { subject, text } = acknowledgementText({
    number: '{number}',
    centreName: parts.config.centreName,
    language: contact.language ?? languageOf(contact),
    open,
    ...(wait && { waitMinutes: toldMinutes(wait.seconds), ahead: wait.ahead }),
  });
  return {
    subject: capabilities.subject && contact.subject ? contact.subject : subject,
    text,
    sender: parts.channels.get(contact.channel)?.sender ?? null,
    windowMs: acknowledgementWindowMs,
  };
}

/**
 * The answer to HELP, where the carrier gives none and the centre wants it (`messagingSettings`). It stands in for the acknowledgement: with
 * the carrier's it would be the second answer.
 */
async function helpAnswer(
  parts: Parts,
  lookups: Lookups,
  contact: InboundContact,
): Promise<IngestDecision['acknowledgement']> {
  if (contact.consent?.byCarrier) return null;
  const settings = await lookups.messagingSettings();
  if (!settings.helpReply) return null;
  const text = settings.helpText ?? helpText(parts.config.centreName, languageOf(contact));
  return { subject: '', text, sender: parts.channels.get(contact.channel)?.sender ?? null, windowMs: helpWindowMs };
}

/** Chinese when the customer wrote in Chinese characters and not in Japanese kana. */
function languageOf(contact: InboundContact): 'en' | 'zh' {
  const said = `${contact.subject ?? ''} ${contact.text}`.slice(0, 2000);
  return /\p{Script=Han}/u.test(said) && !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(said) ? 'zh' : 'en';
}
