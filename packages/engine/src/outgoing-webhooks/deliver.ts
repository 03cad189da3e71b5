/**
 * Tells endpoints of events. What is due is claimed by compare-and-set, so that no two processes send one at the same moment; of each ticket
 * one is on its way at a time. An answer that is lost makes it come again under the same id.
 */
import { signedHeaders } from '@patchbay/channels/http/signature';
import { NotConnected } from '@patchbay/channels/may-have-left';
import { outgoingRequest } from '@patchbay/channels/outgoing-address';
import { retryAfterMs } from '@patchbay/channels/retry-after';
import { HubError, storableText } from '@patchbay/contracts';
import { retryDelayMs } from '@patchbay/domain';
import {
  claimDeliveries,
  disableFailing,
  readEndpoint,
  settleDelivery,
  type ClaimedDelivery,
  type EndpointRow,
} from '@patchbay/store/queries/webhooks-out';
import type { Parts } from '../parts.ts';
import { mayBePrivate, secretsOf } from './endpoints.ts';
import { payloadOf } from './payload.ts';

/** Requests to one endpoint at the same time, of all processes. */
const mostAtOnce = 4;
/** Milliseconds that a receiver has; what takes longer should answer first and work then. */
const answerMs = 15_000;
const stopped = 'The hub stopped';

interface Attempted {
  readonly status: number | null;
  readonly error: string | null;
  readonly delivered: boolean;
  readonly askedMs?: number | undefined;
}

/** Handles the job `deliver-webhooks`: everything that is due for the endpoint. */
export async function deliverWebhooks(parts: Parts, endpointId: string, signal: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (;;) {
    const endpoint = signal.aborted ? null : await readEndpoint(parts.db.sql, endpointId);
    const claimed = endpoint?.enabled ? await claimDeliveries(parts.db.sql, endpointId, mostAtOnce) : [];
    for (const delivery of endpoint ? claimed : []) {
      const sending = deliver(parts, endpoint as EndpointRow, delivery, signal)
        .catch((error: unknown) => parts.log.error({ err: error, deliveryId: delivery.id }, 'webhook not settled'))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    if (underWay.size === 0) return;
    // Each that ends may let the next of its ticket go.
    await Promise.race(underWay);
  }
}

async function deliver(
  parts: Parts,
  endpoint: EndpointRow,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<void> {
  const at = new Date().toISOString();
  const begun = performance.now();
  const { status, error, delivered, askedMs } = await attempt(parts, endpoint, delivery, signal);
  const gone = status === 410;
  const afterMs =
    delivered || gone ? null : error === stopped ? 0 : retryDelayMs(delivery.attempt, Math.random(), askedMs);
  const log = { at, status, ms: Math.round(performance.now() - begun), error };
  await settleDelivery(parts.db.sql, delivery, log, { delivered, afterMs });
  if (gone) {
    await disableFailing(parts.db.sql, { id: endpoint.id }, 'It answered that it is gone (HTTP 410)');
    parts.relay.nudge();
  }
  if (afterMs !== null && afterMs > 0)
    parts.jobs.add('deliver-webhooks', { endpointId: endpoint.id }, { delayMs: afterMs });
}

async function attempt(
  parts: Parts,
  endpoint: EndpointRow,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<Attempted> {
  try {
    const payload = await payloadOf(parts.db.sql, delivery);
    if (!payload) return { status: null, error: 'The event is not there any more', delivered: false };
    const body = Buffer.from(JSON.stringify(payload));
    const { status, headers } = await outgoingRequest(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(secretsOf(parts, endpoint), delivery.id, parts.now(), body),
      },
      body,
      // What it says is not needed, and not waited for.
      discardBody: true,
      limit: 0,
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      allowPrivate: mayBePrivate(parts, endpoint.url),
    });
    const delivered = status >= 200 && status < 300;
    const asked = headers['retry-after'];
    return {
      status,
      delivered,
      error: delivered ? null : `HTTP ${status}`,
      askedMs: typeof asked === 'string' ? retryAfterMs(asked, Date.now()) : undefined,
    };
  } catch (error) {
    if (signal.aborted) return { status: null, error: stopped, delivered: false };
    return { status: null, error: wordsOf(error), delivered: false };
  }
}

/** Of network errors the code: their words name addresses inside. */
function wordsOf(error: unknown): string {
  if (error instanceof NotConnected) return wordsOf(error.cause);
  if (error instanceof HubError) return storableText(error.message, 300);
  if (error instanceof Error && /^(AbortError|TimeoutError)$/.test(error.name))
    return `No answer within ${answerMs / 1000} s`;
  const { code } = error as NodeJS.ErrnoException;
  return storableText(code ?? 'The request failed', 100);
}
