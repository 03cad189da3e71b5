export { createHub } from './hub.ts';
export type { Hub, HubOverrides } from './hub.ts';
export { StartError } from '@patchbay/store';
export { addSecretKey } from '@patchbay/store/embedded/secrets';
export { recomputeFigures } from './figures/command.ts';
