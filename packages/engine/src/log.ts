import type { HubConfig } from '@patchbay/config';
import { pino } from 'pino';
import type { Logger } from 'pino';

/** Of an error only what is known to hold no secrets: drivers hang whole connections, with their passwords, on theirs. */
function presentError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && depth < 3 && { cause: presentError(cause, depth + 1) }),
  };
}

/** JSON lines on the standard output. */
export function createLog(config: HubConfig): Logger {
  return pino({
    level: config.logLevel,
    base: { roles: config.roles.join(',') },
    serializers: { err: (error: unknown) => presentError(error) },
  });
}
