export * from './api.ts';
export * from './contact.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './glossary.ts';
export * from './jobs.ts';
export * from './live.ts';
export * from './watch.ts';
