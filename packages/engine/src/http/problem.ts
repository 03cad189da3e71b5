/** The one place where errors become HTTP answers (RFC 9457). */
import { HubError, type ErrorCode, type Problem } from '@patchbay/contracts';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';

const titles: Record<ErrorCode, string> = {
  invalid_input: 'The request has a wrong shape',
  unauthenticated: 'Log in first',
  forbidden: 'Not allowed',
  bad_signature: 'The signature does not hold',
  not_found: 'Not found',
  conflict: 'In conflict with the present state',
  gone: 'No longer there',
  too_large: 'Too large',
  too_many_requests: 'Too many requests',
  unprocessable: 'Understood, and not possible',
  unavailable: 'Not available at the moment',
  provider_refused: 'The provider refused',
  provider_unavailable: 'The provider does not answer',
  outcome_unknown: 'The outcome is not known',
  internal: 'Internal error',
};

/** An error in the hub's own words. Anything unforeseen is `internal` and says nothing of its cause. */
export function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof ZodError) return fromZod(error);
  return (
    fromBodyParser(error) ??
    fromDatabase(error) ??
    new HubError('internal', 'Something went wrong here; the log has more under this request id', { cause: error })
  );
}

function fromZod(error: ZodError): HubError {
  const issues = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  return new HubError(
    'invalid_input',
    issues[0] ? `${issues[0].path || 'input'}: ${issues[0].message}` : 'Invalid input',
    { issues, cause: error },
  );
}

/** Express and its body parsers mark the client's errors with a status (http-errors). */
function fromBodyParser(error: unknown): HubError | null {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  if (status === 413) return new HubError('too_large', 'The body is too large', { cause: error });
  if (status === 404) return new HubError('not_found', 'There is nothing here', { cause: error });
  const details: Record<string, string> = {
    'entity.parse.failed': 'The body is not JSON',
    'encoding.unsupported': 'The content encoding is not known',
    'charset.unsupported': 'The character set is not known',
    'request.aborted': 'The request was broken off',
  };
  return new HubError('invalid_input', details[String(type)] ?? 'The request is malformed', { cause: error });
}

/** PB001, PB003 and PB004 are raised by the functions of the migrations; 22021 and 22P05 are NUL and other text that cannot be stored. */
function fromDatabase(error: unknown): HubError | null {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === 'PB001' || code === 'PB003') return new HubError('conflict', sentence(message), { cause: error });
  if (code === 'PB004') return new HubError('not_found', sentence(message), { cause: error });
  if (code === '22021' || code === '22P05')
    return new HubError('invalid_input', 'The text has characters that cannot be stored', { cause: error });
  return null;
}

function sentence(message: unknown): string {
  const text = String(message);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function toProblem(error: HubError): Problem {
  return {
    type: `urn:patchbay:problem:${error.code}`,
    title: titles[error.code],
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.issues ? { issues: error.issues } : {}),
    ...(error.present === undefined ? {} : { present: error.present }),
  };
}

/** Answers a problem. `status` is given where HTTP has a finer one than the code. */
export function sendProblem(response: Response, error: HubError, status: number = error.status): void {
  if (error.retryAfterMs !== undefined)
    response.set('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  else if (error.code === 'unavailable') response.set('retry-after', '2');
  if (error.code === 'unauthenticated') response.set('www-authenticate', 'Bearer');
  for (const name of ['content-disposition', 'etag']) response.removeHeader(name);
  response.set('cache-control', 'no-store');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...toProblem(error), status }));
}

export function problemHandler(log: Logger): ErrorRequestHandler {
  return (cause: unknown, _request, response, next) => {
    const error = asHubError(cause);
    if (error.status >= 500)
      log.error(
        { err: error.cause ?? error, code: error.code, correlationId: response.locals['correlationId'] },
        'request failed',
      );
    // Half an answer cannot be taken back; Express ends the connection, which tells the client.
    if (response.headersSent) next(cause);
    else sendProblem(response, error);
  };
}
