/** Posts over connections that stay open, at as little cost to the load process as `node:http` allows. */
import { Agent, request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { smsPath } from './texts.ts';
import type { SignedPost } from './texts.ts';

export interface Poster extends Disposable {
  /** Resolves with the provider's 200. @throws when it is anything else */
  post(signed: SignedPost): Promise<void>;
}

export function createPoster(url: string, concurrency: number): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const { hostname, port } = new URL(url);
  const exchange = async ({ headers, body }: SignedPost): Promise<number | undefined> => {
    const call = request({ agent, hostname, port, path: smsPath, method: 'POST', headers });
    call.end(body);
    try {
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return answer.statusCode;
    } catch (error) {
      // The server may close an idle connection in the moment in which it is used again.
      if (call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return undefined;
      throw error;
    }
  };
  return {
    async post(signed) {
      const status = (await exchange(signed)) ?? (await exchange(signed));
      if (status !== 200) throw new Error(`The webhook was answered with ${status}`);
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
