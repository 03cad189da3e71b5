import { HubError, webhookDeliveryQuery, type WebhookEndpoint } from '@patchbay/contracts';
import { giveUpMs } from '@patchbay/domain';
import { nextId } from '@patchbay/store/queries/setting-changes';
import {
  deleteEndpoint,
  insertEndpoint,
  listDeliveries,
  listEndpoints,
  mostEndpoints,
  queueDelivery,
  readDelivery,
  readEndpoint,
  replayDeliveries,
  updateEndpoint,
} from '@patchbay/store/queries/webhooks-out';
import {
  checkUrl,
  freshSecret,
  noSuchEndpoint,
  presentEndpoint,
  recordedEndpoint,
  rotateSecret,
} from '../../outgoing-webhooks/endpoints.ts';
import { payloadOf } from '../../outgoing-webhooks/payload.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Webhooks';
/** So many are sent again by one request. */
const mostReplayed = 10_000;

async function endpointOf(parts: Parts, id: string): Promise<WebhookEndpoint> {
  const [row] = await listEndpoints(parts.db.sql, id);
  if (!row) throw noSuchEndpoint();
  return presentEndpoint(row);
}

const endpointSetting = (key: string): Setting => ({
  setting: 'webhook',
  key,
  read: (tx) => recordedEndpoint(tx, key),
});

const endpointRoutes = [
  route({
    method: 'get',
    path: '/webhook-endpoints',
    summary: 'Endpoints that are told of events, without their secrets',
    tag,
    access: 'admin',
    answer: 'WebhookEndpointPage',
    handle: async ({ parts }) => ({
      items: (await listEndpoints(parts.db.sql)).map(presentEndpoint),
      nextCursor: null,
    }),
  }),
  route({
    method: 'post',
    path: '/webhook-endpoints',
    summary: 'Add an endpoint; the answer holds its secret, which is not shown again',
    tag,
    access: 'admin',
    body: 'WebhookEndpointWrite',
    answer: 'WebhookEndpointWithSecret',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      checkUrl(parts, body.url);
      const id = await nextId(parts.db.sql);
      const { secret, sealed } = freshSecret(parts, id);
      await changeSetting(call, endpointSetting(id), async (tx) => {
        if (!(await insertEndpoint(tx, { ...body, id }, sealed)))
          throw new HubError('conflict', `There are ${mostEndpoints} endpoints already`);
      });
      return { ...(await endpointOf(parts, id)), secret };
    },
  }),
  route({
    method: 'put',
    path: '/webhook-endpoints/:id',
    summary: 'Change an endpoint, or switch it on or off',
    tag,
    access: 'admin',
    params: byId,
    body: 'WebhookEndpointWrite',
    answer: 'WebhookEndpoint',
    async handle(call) {
      const { parts, params, body } = call;
      checkUrl(parts, body.url);
      const done = await changeSetting(call, endpointSetting(params.id), (tx) =>
        updateEndpoint(tx, { ...body, id: params.id }),
      );
      if (!done) throw noSuchEndpoint();
      parts.jobs.add('deliver-webhooks', { endpointId: params.id });
      return endpointOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/webhook-endpoints/:id',
    summary: 'Take an endpoint away, with what waits for it and its log',
    tag,
    access: 'admin',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, endpointSetting(id), (tx) => deleteEndpoint(tx, id)))) throw noSuchEndpoint();
    },
  }),
  route({
    method: 'post',
    path: '/webhook-endpoints/:id/secret',
    summary: 'Give an endpoint a new secret; requests are signed with the present one as well for 24 hours',
    tag,
    access: 'admin',
    params: byId,
    answer: 'WebhookEndpointWithSecret',
    creates: true,
    async handle(call) {
      const { parts, params } = call;
      const secret = await changeSetting(call, endpointSetting(params.id), (tx) => rotateSecret(parts, tx, params.id));
      return { ...(await endpointOf(parts, params.id)), secret };
    },
  }),
];

export const webhookRoutes = [
  ...endpointRoutes,
  route({
    method: 'post',
    path: '/webhook-endpoints/:id/test',
    summary: 'Send a test to an endpoint that is switched on',
    tag,
    access: 'admin',
    params: byId,
    answer: 'WebhookDelivery',
    status: 201,
    creates: true,
    async handle({ parts, params }) {
      await endpointOf(parts, params.id);
      const test = { endpointId: params.id, eventSeq: null, eventType: 'webhook.test', ticketId: null };
      const cause = `test:${await nextId(parts.db.sql)}`;
      const id = await queueDelivery(parts.db.sql, { ...test, cause }, giveUpMs);
      const made = id === null ? null : await readDelivery(parts.db.sql, id);
      if (!made) throw new HubError('conflict', 'The endpoint is switched off');
      parts.jobs.add('deliver-webhooks', { endpointId: params.id });
      return made;
    },
  }),
  route({
    method: 'get',
    path: '/webhook-endpoints/:id/deliveries',
    summary: 'What went to an endpoint, newest first; kept for 30 days',
    tag,
    access: 'admin',
    params: byId,
    query: webhookDeliveryQuery,
    answer: 'WebhookDeliveryPage',
    async handle({ parts, params, query }) {
      await endpointOf(parts, params.id);
      return pageOf(await listDeliveries(parts.db.sql, params.id, query, sliceOf(idKey, query)));
    },
  }),
  route({
    method: 'get',
    path: '/webhook-deliveries/:id',
    summary: 'One delivery with the request as it is sent',
    tag,
    access: 'admin',
    params: byId,
    answer: 'WebhookDeliveryDetail',
    async handle({ parts, params }) {
      const delivery = await readDelivery(parts.db.sql, params.id);
      const endpoint = delivery && (await readEndpoint(parts.db.sql, delivery.endpointId));
      if (!delivery || !endpoint) throw new HubError('not_found', 'There is no such delivery');
      const body = await payloadOf(parts.db.sql, { ...delivery, createdAt: new Date(delivery.createdAt) });
      const headers = { 'content-type': 'application/json', 'user-agent': 'Patchbay', 'webhook-id': delivery.id };
      return { ...delivery, request: { url: endpoint.url, headers, body } };
    },
  }),
  route({
    method: 'post',
    path: '/webhook-endpoints/:id/replay',
    summary: 'Send deliveries that are over again, under their ids: those named, or all that failed since a moment',
    tag,
    access: 'admin',
    params: byId,
    body: 'WebhookReplay',
    answer: 'WebhookReplayed',
    async handle({ parts, params, body }) {
      await endpointOf(parts, params.id);
      const which = { ids: body.ids, failedSince: body.failedSince ? new Date(body.failedSince) : undefined };
      const replayed = await replayDeliveries(parts.db.sql, params.id, which, giveUpMs, mostReplayed);
      if (replayed > 0) parts.jobs.add('deliver-webhooks', { endpointId: params.id });
      return { replayed };
    },
  }),
];
