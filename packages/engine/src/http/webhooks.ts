import { createHash } from 'node:crypto';
import type { Channel, ChannelRequest, RawPayload, ReceivedContact, WebhookReply } from '@patchbay/channels/channel';
import { HubError, type DeliveryReport, type InboundContactDraft } from '@patchbay/contracts';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Parts } from '../parts.ts';
import { recordDelivery } from '../pipeline/deliver.ts';
import { quarantine, receive } from '../pipeline/receive.ts';
import { bodyBudget } from './body-budget.ts';
import { named } from './request.ts';
import { sendProblem } from './problem.ts';

/** Bytes of a provider's request, where its channel does not say. */
const bodyLimit = 1024 * 1024;
/**
 * Of the bodies that one channel's providers send at once. A signature can only be checked over a body that was read, so strangers share it,
 * each network no more than two of the largest. Who finds no room waits unread and is then answered 503. Twilio waits 15 s for an answer and
 * by default repeats only what it could not connect for, a 5xx where the address ends in `#rp=5xx` or `#rp=all`
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides); so waiting, and much more room than a carrier's few kilobytes
 * take, keep its contacts from being refused.
 */
const memoryFor = (largest: number) => ({
  budget: Math.max(8 * largest, 64 * bodyLimit),
  largest,
  share: 2 * largest,
  patience: 10_000,
});

/** Every address that the channels' providers call. */
export function createWebhookRouter(parts: Parts): Router {
  const router = express.Router({ caseSensitive: true });
  for (const channel of parts.channels.values()) {
    const limit = channel.webhookLimit ?? bodyLimit;
    const admit = bodyBudget(memoryFor(limit));
    const readBody = express.raw({ type: () => true, limit });
    for (const path of channel.webhookPaths) {
      const answer = (request: Request, response: Response) => answerWebhook(parts, channel, path, request, response);
      router
        .route(path)
        .all(named(path))
        .post(expected(channel, path), admit, readBody, answer)
        .get(answer)
        .all((_request, response) => {
          response.set('allow', 'POST, GET');
          sendProblem(response, new HubError('invalid_input', 'This address takes POST'), 405);
        });
    }
  }
  return router;
}

/** Before anything is read: nobody has to send a body to hear that there is no such address. */
const expected =
  (channel: Channel, path: string): RequestHandler =>
  async (request, _response, next) => {
    await channel.expects?.({ path, params: paramsOf(request) });
    next();
  };

/** Answers only after everything in the request is durable: a provider that gets no 2xx comes again. */
async function answerWebhook(
  parts: Parts,
  channel: Channel,
  path: string,
  request: Request,
  response: Response,
): Promise<void> {
  const call = channelRequest(parts.config.publicUrl, path, request);
  const { reply } = await takeWebhook(parts, channel, call, String(response.locals['correlationId']));
  response.status(reply.status).set('content-type', reply.contentType).send(reply.body);
}

export interface TakenWebhook {
  readonly reply: WebhookReply;
  readonly received: readonly ReceivedContact[];
}

/** Everything that a provider's request asks for, durable when it resolves. */
export async function takeWebhook(
  parts: Parts,
  channel: Channel,
  call: ChannelRequest,
  correlationId: string,
): Promise<TakenWebhook> {
  await channel.verify(call);
  const raw = contentOf(channel, call);
  const { contacts, reports } = await understand(parts, channel, call, raw, correlationId);
  const received: ReceivedContact[] = [];
  for (const contact of contacts) {
    const { inboxId, outcome } = await receive(parts, contact, raw, correlationId);
    received.push({ externalId: contact.externalId, inboxId, outcome });
  }
  for (const report of reports) await recordDelivery(parts, report);
  return { reply: await channel.reply(call, received), received };
}

/** What the provider wrote: a GET has no body and carries its form in the address, so that is kept as the form that a POST would have had. */
function contentOf(channel: Channel, call: ChannelRequest): RawPayload {
  const { method, url, headers, query, body } = call;
  const content =
    method === 'GET'
      ? { bytes: Buffer.from(new URL(url).search.slice(1)), contentType: 'application/x-www-form-urlencoded' }
      : { bytes: body, contentType: headers['content-type'] ?? 'application/octet-stream' };
  return channel.readsQuery ? { ...content, envelope: { path: actualPath(call), query } } : content;
}

interface Understood {
  contacts: InboundContactDraft[];
  reports: DeliveryReport[];
}

/** What the provider wrote, or `invalid_input` after it was put aside: its signature held, so a person should see it. */
async function understand(
  parts: Parts,
  channel: Channel,
  call: ChannelRequest,
  raw: RawPayload,
  correlationId: string,
): Promise<Understood> {
  try {
    return { contacts: await channel.parse(call), reports: channel.parseStatus(call) };
  } catch (error) {
    if (!(error instanceof HubError && error.code === 'invalid_input')) throw error;
    const externalId = `unreadable:${nameOf(channel, call, raw)}`;
    await quarantine(
      parts,
      { channel: channel.name, channelAccount: actualPath(call), externalId },
      error.message,
      raw,
      correlationId,
    );
    throw error;
  }
}

/** One content at one address is one contact, however often it is delivered. */
function nameOf(channel: Channel, call: ChannelRequest, { bytes }: RawPayload): string {
  const search = channel.readsQuery && call.method !== 'GET' ? new URL(call.url).search : '';
  return createHash('sha256')
    .update(actualPath(call) + search)
    .update('\0')
    .update(bytes)
    .digest('hex')
    .slice(0, 32);
}

/** The path that was called, from which a replay takes the parameters again. */
function actualPath({ path, params = {} }: ChannelRequest): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '');
}

const paramsOf = (request: Request): Record<string, string> =>
  Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)]));

/** The request as adapters see it, with the address that the provider called: signatures are made over that one. */
function channelRequest(publicUrl: string, path: string, request: Request): ChannelRequest {
  const url = publicUrl + request.originalUrl;
  const body: unknown = request.body;
  return {
    method: request.method,
    path,
    params: paramsOf(request),
    url,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    query: Object.fromEntries(new URL(url).searchParams),
    body: Buffer.isBuffer(body) ? body : new Uint8Array(),
  };
}
