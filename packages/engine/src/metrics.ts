import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Prometheus metrics of one hub. Its own registry, so that several hubs can live in one process. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'patchbay_' });
  const registers = [registry];
  return {
    registry,
    received: new Counter({
      name: 'patchbay_contacts_received_total',
      help: 'Contacts taken in, by channel and outcome',
      labelNames: ['channel', 'outcome'] as const,
      registers,
    }),
    ingested: new Counter({
      name: 'patchbay_contacts_ingested_total',
      help: 'Contacts that became a message, by channel and path',
      labelNames: ['channel', 'path'] as const,
      registers,
    }),
    ingestSeconds: new Histogram({
      name: 'patchbay_ingest_seconds',
      help: 'From the inbox row to the message',
      labelNames: ['channel'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    quarantined: new Counter({
      name: 'patchbay_contacts_quarantined_total',
      help: 'Contacts put aside for a person',
      labelNames: ['channel'] as const,
      registers,
    }),
    sent: new Counter({
      name: 'patchbay_messages_sent_total',
      help: 'Outgoing messages by channel and result',
      labelNames: ['channel', 'result'] as const,
      registers,
    }),
    jobs: new Counter({
      name: 'patchbay_jobs_total',
      help: 'Jobs by name and result',
      labelNames: ['job', 'result'] as const,
      registers,
    }),
    events: new Counter({
      name: 'patchbay_events_relayed_total',
      help: 'Events given their sequence number',
      registers,
    }),
    sockets: new Gauge({
      name: 'patchbay_sockets',
      help: 'Connected sockets by namespace',
      labelNames: ['namespace'] as const,
      registers,
    }),
    http: new Histogram({
      name: 'patchbay_http_seconds',
      help: 'HTTP requests by route and status class',
      labelNames: ['route', 'status'] as const,
      buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
      registers,
    }),
  };
}
