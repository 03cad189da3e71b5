import type { CallControl } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { CallRow } from '@patchbay/store';
import type { Parts } from '../parts.ts';

/** What moves the call. One that an agent placed is on the phone, whatever channel its ticket came by. @throws HubError `unprocessable` */
export function controlOf(parts: Parts, call: Pick<CallRow, 'channel' | 'direction'>): CallControl {
  const control = parts.channels.get(call.direction === 'out' ? 'phone' : call.channel)?.calls;
  if (!control) throw new HubError('unprocessable', 'The channel of this call cannot be controlled');
  return control;
}
