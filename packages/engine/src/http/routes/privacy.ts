import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { HubError, privacyRequestQuery, type RetentionPeriods } from '@patchbay/contracts';
import { previewMost, previewRetention, removedSoFar } from '@patchbay/store/privacy/retention';
import { recordAudit } from '@patchbay/store/queries/audit';
import {
  cancelPrivacyRequest,
  confirmPrivacyRequest,
  linkExport,
  listPrivacyRequests,
  readPrivacyRequest,
  takeExportLink,
} from '@patchbay/store/queries/privacy-requests';
import { sealedByKey } from '@patchbay/store/queries/sealed';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { tellOfCustomer } from '../../privacy/events.ts';
import { exportPlace } from '../../privacy/export-files.ts';
import { presentNamed } from '../../privacy/masking.ts';
import { readPrivacySettings, writePrivacySettings } from '../../privacy/settings.ts';
import { changeSetting } from '../../setting-changes.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { disposition } from '../file-answer.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Privacy';
const dayMs = 86_400_000;
const byToken = z.object({ token: z.string().regex(/^[\w-]{43}$/) });
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

async function requestOf(parts: Parts, id: string) {
  const request = await readPrivacyRequest(parts.db.sql, id);
  if (!request) throw new HubError('not_found', 'There is no such request');
  return request;
}

async function preview(parts: Parts, periods: RetentionPeriods) {
  const removed = await removedSoFar(parts.db.sql);
  const kinds = Object.entries(periods) as [keyof RetentionPeriods, number | null][];
  const items = [];
  // One after the other: each of them may read much.
  for (const [kind, days] of kinds) {
    const before = new Date(parts.now().getTime() - (days ?? 0) * dayMs);
    const { count, oldest } =
      days === null ? { count: 0, oldest: null } : await previewRetention(parts.db.sql, kind, before);
    items.push({
      kind,
      days,
      count: Math.min(count, previewMost),
      more: count > previewMost,
      oldest: oldest?.toISOString() ?? null,
      removed: removed.get(kind) ?? 0,
    });
  }
  return { items };
}

export const privacyRoutes = [
  route({
    method: 'get',
    path: '/privacy/requests',
    summary: 'Exports and erasures that were asked for, newest first',
    tag,
    access: 'manager',
    query: privacyRequestQuery,
    answer: 'PrivacyRequestPage',
    async handle({ parts, principal, query }) {
      const found = await listPrivacyRequests(parts.db.sql, query, sliceOf(idKey, query));
      return pageOf({ ...found, items: await presentNamed(parts.db.sql, principal, 'customerName', found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/privacy/requests/:id',
    summary: 'One request and how far it is',
    tag,
    access: 'manager',
    params: byId,
    answer: 'PrivacyRequest',
    handle: ({ parts, params }) => requestOf(parts, params.id),
  }),
  route({
    method: 'post',
    path: '/privacy/requests/:id/confirm',
    summary: 'Confirm an erasure; it begins when the waiting time is over',
    tag,
    access: 'admin',
    params: byId,
    answer: 'PrivacyRequest',
    async handle({ parts, principal, params, correlationId }) {
      const request = await requestOf(parts, params.id);
      const { erasure } = await readPrivacySettings(parts.db.sql);
      if (erasure.fourEyes && request.askedBy === principal.agentId)
        throw new HubError('forbidden', 'Somebody else has to confirm what you asked for');
      await parts.db.transaction(async (tx) => {
        if (!(await confirmPrivacyRequest(tx, request.id, principal.agentId, erasure.waitDays)))
          throw new HubError('conflict', 'The request does not wait for a confirmation');
        const told = { type: 'customer.erasure-confirmed', customerId: request.customerId, correlationId } as const;
        await tellOfCustomer(tx, principal, told, { requestId: request.id });
      });
      parts.relay.nudge();
      if (erasure.waitDays === 0) parts.jobs.add('run-privacy', { privacyRequestId: request.id }, { once: true });
      return requestOf(parts, request.id);
    },
  }),
  route({
    method: 'post',
    path: '/privacy/requests/:id/cancel',
    summary: 'Take back a request that has not begun',
    tag,
    access: 'manager',
    params: byId,
    body: 'LegalHoldChange',
    answer: 'PrivacyRequest',
    async handle({ parts, principal, params, body, correlationId }) {
      const request = await requestOf(parts, params.id);
      await parts.db.transaction(async (tx) => {
        if (!(await cancelPrivacyRequest(tx, request.id, principal.agentId)))
          throw new HubError('conflict', 'The request has begun, or is over');
        const told = { type: 'customer.request-cancelled', customerId: request.customerId, correlationId } as const;
        await tellOfCustomer(tx, principal, told, { requestId: request.id, reason: body.reason });
      });
      parts.relay.nudge();
      return requestOf(parts, request.id);
    },
  }),
  route({
    method: 'post',
    path: '/privacy/requests/:id/link',
    summary: 'A link to the file of an export: for whoever asked for the export, once, for some minutes',
    tag,
    access: 'manager',
    params: byId,
    answer: 'ExportLink',
    async handle({ parts, principal, params, correlationId }) {
      const request = await requestOf(parts, params.id);
      const { exports } = await readPrivacySettings(parts.db.sql);
      const token = randomBytes(32).toString('base64url');
      const link = { hash: hashOf(token), agentId: principal.agentId, minutes: exports.linkMinutes };
      const until = await linkExport(parts.db.sql, request.id, link);
      if (!until) throw new HubError('conflict', 'The file is not there, or somebody else asked for it');
      await recordAudit(parts.db.sql, {
        action: 'export.linked',
        actorId: principal.agentId,
        customerId: request.customerId,
        correlationId,
        detail: { requestId: request.id },
      });
      return { url: `/api/v1/privacy/exports/${token}`, until: until.toISOString() };
    },
  }),
  route({
    method: 'get',
    path: '/privacy/exports/:token',
    summary: 'The file of an export, by a link that works once',
    tag,
    access: 'manager',
    params: byToken,
    answer: 'bytes',
    async handle({ parts, principal, params, response, correlationId }) {
      const found = await takeExportLink(parts.db.sql, hashOf(params.token), principal.agentId);
      if (!found) throw new HubError('gone', 'The link was used, has ended, or is somebody else’s');
      const place = exportPlace(parts, found.id);
      const { size } = await stat(place).catch(() => {
        throw new HubError('gone', 'The file is not there any more');
      });
      await recordAudit(parts.db.sql, {
        action: 'export.downloaded',
        actorId: principal.agentId,
        customerId: found.customerId,
        correlationId,
        detail: { requestId: found.id },
      });
      response.set({
        'content-type': 'application/zip',
        'content-length': String(size),
        'content-disposition': disposition('attachment', `customer-${found.customerId}.zip`),
        'x-content-type-options': 'nosniff',
      });
      await pipeline(createReadStream(place), response);
    },
  }),
  route({
    method: 'get',
    path: '/settings/privacy',
    summary: 'Waiting times, periods, and who sees what',
    tag,
    access: 'manager',
    answer: 'PrivacySettings',
    handle: ({ parts }) => readPrivacySettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/privacy',
    summary: 'Decide about waiting times, periods, and who sees what',
    tag,
    access: 'admin',
    body: 'PrivacySettingsUpdate',
    answer: 'PrivacySettings',
    async handle(call) {
      const setting = { setting: 'privacy' as const, key: null, read: readPrivacySettings };
      await changeSetting(call, setting, (tx) => writePrivacySettings(tx, call.body));
      return readPrivacySettings(call.parts.db.sql);
    },
  }),
  route({
    method: 'post',
    path: '/settings/privacy/preview',
    summary: 'What these periods would remove now; nothing is removed',
    tag,
    access: 'manager',
    body: 'RetentionPeriods',
    answer: 'RetentionPreview',
    handle: ({ parts, body }) => preview(parts, body),
  }),
  route({
    method: 'get',
    path: '/settings/keys',
    summary: 'Which key seals secrets, and what earlier keys are still needed for',
    tag,
    access: 'admin',
    answer: 'SecretKeys',
    async handle({ parts }) {
      const uses = [...(await sealedByKey(parts.db.sql))].map(([keyId, texts]) => ({ keyId, texts }));
      return { present: parts.vault.keyId, uses };
    },
  }),
];
