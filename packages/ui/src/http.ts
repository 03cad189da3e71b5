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

/**
 * One HTTP exchange with the hub. Throws {@link ApiProblem} and nothing else, except an abort. The change that was asked for last, asked
 * for again before its answer, is the second half of a double click on a page that was not drawn yet: both get the one answer.
 */
export type Send = <T>(method: string, path: string, reader: Reader<T>, options?: RequestOptions) => Promise<T>;

/** Reads nothing: for answers whose body does not matter. */
export const nothing: Reader<void> = { parse: () => undefined };

export function createSend(base = '/api/v1', fetcher: typeof fetch = (input, init) => fetch(input, init)): Send {
  const ask = async <T>(method: string, path: string, reader: Reader<T>, options: RequestOptions): Promise<T> => {
    const response = await reach(fetcher, base + path + queryString(options.query), requestInit(method, options));
    if (!response.ok) throw await problemOf(response);
    return await read(response, reader);
  };
  const changes = new Map<string, Change>();
  return (method, path, reader, options = {}) => {
    if (method === 'GET' || options.raw) return ask(method, path, reader, options);
    const what = method + JSON.stringify(options);
    const last = changes.get(path);
    // The answer was read by the reader of the same call.
    if (last?.what === what) return last.answer as Promise<never>;
    const answer = ask(method, path, reader, options).finally(() => {
      if (changes.get(path)?.answer === answer) changes.delete(path);
    });
    changes.set(path, { what, answer });
    return answer;
  };
}

/** What was asked for last at a place, and is not answered yet. */
interface Change {
  what: string;
  answer: Promise<unknown>;
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
