export * from './api-client.ts';
export * from './api-problem.ts';
export * from './http.ts';
export * from './live-socket.ts';
export * from './live-store.ts';
export * from './query-keys.ts';
export * from './time-format.ts';
export * from './use-now.ts';
