export { createHub } from './hub.ts';
export type { Hub, HubOverrides } from './hub.ts';
export { StartError } from '@patchbay/store';
