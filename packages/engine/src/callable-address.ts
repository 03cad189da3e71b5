import { outgoingUrl } from '@patchbay/channels/outgoing-address';
import { HubError } from '@patchbay/contracts';

/** Of an address that is entered: whether the hub would call it. @throws HubError `unprocessable`, about the field, when it would not */
export function requireCallable(field: string, url: string, allowPrivate: boolean): void {
  try {
    outgoingUrl(url, allowPrivate);
  } catch (cause) {
    const why = cause instanceof HubError ? cause.message : 'Not an address of the web';
    throw new HubError('unprocessable', `${field}: ${why}`, { cause, issues: [{ path: field, message: why }] });
  }
}
