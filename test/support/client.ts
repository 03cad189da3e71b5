/** The API as an outside program sees it: plain HTTP, nothing shared with the hub. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look at answers as an outside program would
  readonly body: any;
}

export interface ApiClient {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

export function createClient(url: string, credentials: Record<string, string>): ApiClient {
  return async (method, path, body, headers = {}) => {
    const isBytes = body instanceof Uint8Array;
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...credentials,
        ...(body !== undefined && !isBytes && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  };
}

/** Between two questions a twentieth of what has been waited, within these bounds: who is asked works, too. Milliseconds. */
const soonestMs = 40;
const latestMs = 250;

/** Asks again until the answer holds; the last answer is in the error. For what no event tells a client. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const begun = Date.now();
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    const waited = Date.now() - begun;
    if (waited > timeoutMs)
      throw new Error(`Did not come true in ${timeoutMs} ms: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waited / 20, soonestMs), latestMs)));
  }
}
