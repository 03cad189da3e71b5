/** Follows the events and writes down which endpoint is to be told of which: one statement for a batch, and nothing without endpoints. */
import { giveUpMs } from '@patchbay/domain';
import { queueDeliveries } from '@patchbay/store/queries/webhooks-out';
import type { EventReader } from '../live/event-readers.ts';
import type { Parts } from '../parts.ts';

export function webhookReader(parts: Parts): EventReader {
  const touched = new Set<string>();
  return {
    name: 'webhooks',
    from: 'now',
    async read(tx, events) {
      const [first, last] = [events.at(0), events.at(-1)];
      if (!first || !last) return;
      for (const id of await queueDeliveries(tx, first.seq, last.seq, giveUpMs)) touched.add(id);
    },
    committed() {
      for (const endpointId of touched) parts.jobs.add('deliver-webhooks', { endpointId });
      touched.clear();
    },
  };
}
