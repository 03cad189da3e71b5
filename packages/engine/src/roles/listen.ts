import type { Server } from 'node:http';
import { StartError } from '@patchbay/store';

/** @throws {StartError} that names the setting when the port cannot be used */
export async function listen(server: Server, name: 'PORT' | 'HEALTH_PORT', port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new StartError(
          error.code === 'EADDRINUSE'
            ? `${name} ${port} on ${host} is taken; choose another one`
            : `${name} ${port} on ${host} cannot be used: ${error.message}`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}
