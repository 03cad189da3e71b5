import type { HubConfig } from '@patchbay/config';
import { StartError } from '@patchbay/store';
import type { Parts } from '../parts.ts';

/** Channels that wait for their provider. Their messages in progress are finished before the rest of the hub ends. */
export async function startInlets(
  parts: Parts,
  inlets: AbortController,
  stack: AsyncDisposableStack,
): Promise<string | undefined> {
  let address: string | undefined;
  for (const channel of parts.channels.values()) {
    if (!channel.listen) continue;
    const started = await channel.listen(inlets.signal).catch((error: unknown) => {
      throw new StartError(inletProblem(parts.config, error), { cause: error });
    });
    stack.defer(async () => {
      inlets.abort();
      await started.closed;
    });
    if (started.address) address = started.address;
  }
  return address;
}

function inletProblem({ smtpInletPort, host }: HubConfig, error: unknown): string {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  return `SMTP_INLET_PORT ${smtpInletPort} on ${host} ${taken ? 'is taken; choose another one, or 0 for none' : `cannot be used: ${error instanceof Error ? error.message : ''}`}`;
}
