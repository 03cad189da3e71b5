export { createHub } from './hub.ts';
export type { Hub } from './hub.ts';
export type { HubOverrides } from './hub-overrides.ts';
export { StartError } from '@patchbay/store';
export { addSecretKey } from '@patchbay/store/embedded/secrets';
export { recomputeFigures } from './figures/command.ts';
