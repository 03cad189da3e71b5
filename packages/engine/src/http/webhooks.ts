import { createHash } from 'node:crypto';
import type { Channel, ChannelRequest, RawPayload, ReceivedContact, WebhookReply } from '@patchbay/channels/channel';
import { HubError, type DeliveryReport, type InboundContactDraft } from '@patchbay/contracts';
import express, { type Request, type Response, type Router } from 'express';
import type { Parts } from '../parts.ts';
import { recordDelivery } from '../pipeline/deliver.ts';
import { quarantine, receive } from '../pipeline/receive.ts';
import { named } from './request.ts';
import { sendProblem } from './problem.ts';

/** Bytes of a provider's request, where its channel does not say. */
const bodyLimit = 1024 * 1024;

/** Every address that the channels' providers call. */
export function createWebhookRouter(parts: Parts): Router {
  const router = express.Router({ caseSensitive: true });
  for (const channel of parts.channels.values()) {
    const readBody = express.raw({ type: () => true, limit: channel.webhookLimit ?? bodyLimit });
    for (const path of channel.webhookPaths) {
      const answer = (request: Request, response: Response) => answerWebhook(parts, channel, path, request, response);
      router
        .route(path)
        .all(named(path))
        .post(readBody, answer)
        .get(answer)
        .all((_request, response) => {
          response.set('allow', 'POST, GET');
          sendProblem(response, new HubError('invalid_input', 'This address takes POST'), 405);
        });
    }
  }
  return router;
}

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
  const raw: RawPayload = { bytes: call.body, contentType: call.headers['content-type'] ?? 'application/octet-stream' };
  const { contacts, reports } = await understand(parts, channel, call, raw, correlationId);
  const received: ReceivedContact[] = [];
  for (const contact of contacts) {
    const { inboxId, outcome } = await receive(parts, contact, raw, correlationId);
    received.push({ externalId: contact.externalId, inboxId, outcome });
  }
  for (const report of reports) await recordDelivery(parts, report);
  return { reply: await channel.reply(call, received), received };
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
    const externalId = `unreadable:${createHash('sha256').update(actualPath(call)).update('\0').update(call.body).digest('hex').slice(0, 32)}`;
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

/** The path that was called, from which a replay takes the parameters again. */
function actualPath({ path, params = {} }: ChannelRequest): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '');
}

/** The request as adapters see it, with the address that the provider called: signatures are made over that one. */
function channelRequest(publicUrl: string, path: string, request: Request): ChannelRequest {
  const url = publicUrl + request.originalUrl;
  const body: unknown = request.body;
  return {
    method: request.method,
    path,
    params: Object.fromEntries(Object.entries(request.params).map(([name, value]) => [name, String(value)])),
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
