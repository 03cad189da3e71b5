import { createHash } from 'node:crypto';
import type { Channel, ChannelRequest, RawPayload } from '@patchbay/channels/channel';
import { HubError, type DeliveryReport, type InboundContactDraft } from '@patchbay/contracts';
import express, { type Request, type Response, type Router } from 'express';
import type { Parts } from '../parts.ts';
import { recordDelivery } from '../pipeline/deliver.ts';
import { quarantine, receive } from '../pipeline/receive.ts';
import { named } from './request.ts';
import { sendProblem } from './problem.ts';

/** Bytes of a provider's request. */
const bodyLimit = 1024 * 1024;

/** Every address that the channels' providers call. */
export function createWebhookRouter(parts: Parts): Router {
  const router = express.Router({ caseSensitive: true });
  const readBody = express.raw({ type: () => true, limit: bodyLimit });
  for (const channel of parts.channels.values()) {
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
  await channel.verify(call);
  const correlationId = String(response.locals['correlationId']);
  const raw: RawPayload = { bytes: call.body, contentType: call.headers['content-type'] ?? 'application/octet-stream' };
  const { contacts, reports } = await understand(parts, channel, call, raw, correlationId);
  for (const contact of contacts) await receive(parts, contact, raw, correlationId);
  for (const report of reports) await recordDelivery(parts, report);
  const reply = await channel.reply(call);
  response.status(reply.status).set('content-type', reply.contentType).send(reply.body);
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
    const externalId = `unreadable:${createHash('sha256').update(call.path).update('\0').update(call.body).digest('hex').slice(0, 32)}`;
    await quarantine(
      parts,
      { channel: channel.name, channelAccount: call.path, externalId },
      error.message,
      raw,
      correlationId,
    );
    throw error;
  }
}

/** The request as adapters see it, with the address that the provider called: signatures are made over that one. */
function channelRequest(publicUrl: string, path: string, request: Request): ChannelRequest {
  const url = publicUrl + request.originalUrl;
  const body: unknown = request.body;
  return {
    method: request.method,
    path,
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
