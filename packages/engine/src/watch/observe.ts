import { Gauge } from 'prom-client';
import { listAlerts } from '@patchbay/store/queries/alerts';
import { lastClockBeat } from '@patchbay/store/queries/clock-beat';
import { readerStates } from '@patchbay/store/queries/event-readers';
import { databaseNow } from '@patchbay/store/queries/channel-health';
import type { AccountHealth } from '@patchbay/contracts';
import type { Parts } from '../parts.ts';
import { readHealth } from './health.ts';

/** Gauges that are read when they are scraped. A database that does not answer leaves them out, and `/metrics` goes on. */
export function observeWatch(parts: Parts): void {
  const registers = [parts.metrics.registry];
  const gauge = (name: string, help: string, labels: readonly string[], fill: (gauge: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers,
      async collect() {
        this.reset();
        await fill(this as Gauge).catch(() => undefined);
      },
    });
  const perChannel = (
    name: string,
    help: string,
    of: (accounts: readonly AccountHealth[], now: Date) => number | null,
  ) =>
    gauge(name, help, ['channel'], async (target) => {
      const [{ accounts }, now] = await Promise.all([readHealth(parts), databaseNow(parts.db.sql)]);
      for (const [channel, group] of Map.groupBy(accounts, (account) => account.channel)) {
        const value = of(group, now);
        if (value !== null) target.set({ channel }, value);
      }
    });
  const sum = (of: (account: AccountHealth) => number) => (accounts: readonly AccountHealth[]) =>
    accounts.reduce((total, account) => total + of(account), 0);
  const oldest = (of: (account: AccountHealth) => string | null) => (accounts: readonly AccountHealth[], now: Date) => {
    const at = accounts.map(of).filter((moment) => moment !== null);
    return at.length === 0 ? 0 : Math.max(0, (now.getTime() - Math.min(...at.map((one) => Date.parse(one)))) / 1000);
  };

  const perReader = (name: string, help: string, of: 'behind' | 'failed') =>
    gauge(name, help, ['reader'], async (target) => {
      for (const state of await readerStates(parts.db.sql)) target.set({ reader: state.name }, state[of]);
    });
  perReader('patchbay_reader_events_behind', 'Numbered events that a reader has not worked on yet', 'behind');
  perReader('patchbay_reader_events_failed', 'Events that a reader could not work on and passed over', 'failed');

  perChannel(
    'patchbay_inbox_pending',
    'Contacts received and not yet processed',
    sum((account) => account.pending),
  );
  perChannel(
    'patchbay_inbox_oldest_pending_seconds',
    'Age of the oldest contact that is not yet processed',
    oldest((account) => account.oldestPendingAt),
  );
  perChannel(
    'patchbay_outbound_queued',
    'Messages waiting to be sent',
    sum((account) => account.outgoing),
  );
  perChannel(
    'patchbay_outbound_oldest_queued_seconds',
    'Age of the oldest message waiting to be sent',
    oldest((account) => account.oldestOutgoingAt),
  );
  perChannel(
    'patchbay_quarantine',
    'Contacts waiting in quarantine',
    sum((account) => account.quarantined),
  );
  gauge(
    'patchbay_intake_rush',
    'Whether contacts come in a rush, and go first in this process (1)',
    [],
    async (target) => {
      target.set(parts.rush.isOn() ? 1 : 0);
    },
  );
  gauge('patchbay_clock_beat_age_seconds', 'Since a process with the role clock last beat', [], async (target) => {
    const beat = await lastClockBeat(parts.db.sql);
    if (beat) target.set(beat.age);
  });
  gauge('patchbay_alert', 'Whether an alert fires (1) or has ended (0)', ['key'], async (target) => {
    for (const { key, firing } of await listAlerts(parts.db.sql)) target.set({ key }, firing ? 1 : 0);
  });
}
