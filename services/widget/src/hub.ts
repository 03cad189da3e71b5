/** The widget's HTTP calls to its hub. */
import type { Problem, UploadedFile, VisitorSession } from '@patchbay/contracts';

/** An answer of the hub that says no. Anything else that goes wrong is the network. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const sessionTimeoutMs = 15_000;
const uploadTimeoutMs = 120_000;

async function call<T>(url: string, timeoutMs: number, init: RequestInit): Promise<T> {
  const response = await fetch(url, {
    ...init,
    method: 'POST',
    credentials: 'omit',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new Refused(response.status, problem?.detail ?? `HTTP ${response.status}`);
}

/** Renews the visitor's token; without one, or with one that no longer holds, makes a new visitor. */
export async function openSession(origin: string, token: string | null): Promise<VisitorSession> {
  try {
    return await call(`${origin}/widget/session`, sessionTimeoutMs, {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(token ? { token } : {}),
    });
  } catch (error) {
    if (token && error instanceof Refused && error.status === 401) return openSession(origin, null);
    throw error;
  }
}

/** Gives the hub the site's word on who the visitor is. */
export const tellIdentity = (origin: string, token: string, identity: string): Promise<unknown> =>
  call(`${origin}/widget/identify`, sessionTimeoutMs, {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: identity }),
  });

export const uploadFile = (origin: string, token: string, file: File): Promise<UploadedFile> =>
  call(`${origin}/widget/files`, uploadTimeoutMs, {
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': file.type || 'application/octet-stream',
      'X-Filename': encodeURIComponent(file.name),
    },
    body: file,
  });
