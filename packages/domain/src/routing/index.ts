export * from './decide-next.ts';
export * from './decide-offer.ts';
export * from './exclusion.ts';
export * from './expected-wait.ts';
export * from './priority.ts';
export * from './rings.ts';
export * from './snapshot.ts';
