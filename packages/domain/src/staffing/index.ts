export * from './agents-needed.ts';
export * from './clock-day.ts';
export * from './erlang.ts';
export * from './forecast.ts';
