import { ApiProblem, problemOf } from './api-problem.ts';

/** Anything that turns unknown JSON into a value or throws; a zod schema is one. */
export interface Reader<T> {
  parse(input: unknown): T;
}

export interface RequestOptions {
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: { body: Blob; contentType: string };
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** One HTTP exchange with the hub. Throws {@link ApiProblem} and nothing else, except an abort. */
export type Send = <T>(method: string, path: string, reader: Reader<T>, options?: RequestOptions) => Promise<T>;

/** Reads nothing: for answers whose body does not matter. */
export const nothing: Reader<void> = { parse: () => undefined };

export function createSend(base = '/api/v1', fetcher: typeof fetch = (input, init) => fetch(input, init)): Send {
  return async (method, path, reader, options = {}) => {
    const response = await reach(fetcher, base + path + queryString(options.query), requestInit(method, options));
    if (!response.ok) throw await problemOf(response);
    return await read(response, reader);
  };
}

function requestInit(method: string, options: RequestOptions): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.json !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.json);
  }
  if (options.raw) {
    headers['content-type'] = options.raw.contentType;
    init.body = options.raw.body;
  }
  if (options.signal) init.signal = options.signal;
  return init;
}

async function reach(fetcher: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetcher(url, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiProblem('network', 0, '');
  }
}

async function read<T>(response: Response, reader: Reader<T>): Promise<T> {
  const text = await response.text();
  try {
    return reader.parse(text === '' ? undefined : JSON.parse(text));
  } catch {
    throw new ApiProblem('bad_answer', response.status, '');
  }
}

function queryString(query: RequestOptions['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text && `?${text}`;
}
