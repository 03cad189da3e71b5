import { problem, type ErrorCode } from '@patchbay/contracts';

/** `network`: no answer came; `bad_answer`: an answer came that the contract does not know. */
export type ProblemCode = ErrorCode | 'network' | 'bad_answer';

/** A request that did not succeed. `message` is the hub's own detail (RFC 9457) and may be shown. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: ProblemCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly issues: { path: string; message: string }[];

  /** Of a conflict: what is there now. */
  readonly present: unknown;

  constructor(
    code: ProblemCode,
    status: number,
    detail: string,
    issues: { path: string; message: string }[] = [],
    present?: unknown,
  ) {
    super(detail);
    this.code = code;
    this.status = status;
    this.issues = issues;
    this.present = present;
  }
}

/** True for what another attempt, unchanged, may cure. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof ApiProblem &&
    (error.code === 'network' || error.status === 429 || error.status >= 500) &&
    error.code !== 'outcome_unknown'
  );
}

/** Reads a failed answer. A proxy's HTML page or an empty body still becomes a problem that can be shown. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const parsed = problem.safeParse(await response.json().catch(() => null));
  if (parsed.success) {
    const { code, detail, issues, present } = parsed.data;
    return new ApiProblem(code, response.status, detail, issues, present);
  }
  return new ApiProblem(codeForStatus(response.status), response.status, '');
}

function codeForStatus(status: number): ProblemCode {
  const codes: Record<number, ProblemCode> = {
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict',
    410: 'gone',
    413: 'too_large',
    422: 'unprocessable',
    429: 'too_many_requests',
  };
  return codes[status] ?? (status >= 502 ? 'unavailable' : status >= 500 ? 'internal' : 'bad_answer');
}
