/** The one family of errors. HTTP, queues and screens each translate it in one place. */
import { z } from 'zod';

export const errorCode = z.enum([
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'bad_signature',
  'not_found',
  'conflict',
  'gone',
  'too_large',
  'too_many_requests',
  'unprocessable',
  'unavailable',
  'provider_refused',
  'provider_unavailable',
  'outcome_unknown',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCode>;

/** HTTP status and whether trying again unchanged can help. */
const traits: Record<ErrorCode, { status: number; retryable: boolean }> = {
  invalid_input: { status: 400, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  bad_signature: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  conflict: { status: 409, retryable: false },
  gone: { status: 410, retryable: false },
  too_large: { status: 413, retryable: false },
  unprocessable: { status: 422, retryable: false },
  too_many_requests: { status: 429, retryable: true },
  internal: { status: 500, retryable: true },
  provider_refused: { status: 502, retryable: false },
  provider_unavailable: { status: 502, retryable: true },
  outcome_unknown: { status: 504, retryable: false },
  unavailable: { status: 503, retryable: true },
};

/**
 * Refusals that the hub acts on, whichever provider says them: the recipient told the carrier STOP; the time in which a free text may answer
 * the customer is over; nothing leads to the recipient, so that no provider was asked.
 */
export const refusalReason = z.enum(['recipient-opted-out', 'session-closed', 'no-way-back']);
export type RefusalReason = z.infer<typeof refusalReason>;

/** Whom a provider did not take a message for. `permanent`: another try cannot help. */
export interface RefusedRecipient {
  readonly address: string;
  readonly permanent: boolean;
  readonly reason: string;
}

export interface HubErrorOptions {
  reason?: RefusalReason | undefined;
  cause?: unknown;
  /** Milliseconds after which the other side wants to be asked again (Retry-After). */
  retryAfterMs?: number | undefined;
  /** The other side said that it failed, and may have done it all the same: ask before trying again. */
  doubtful?: boolean | undefined;
  /** The other side was reached, and only this recipient or message is not taken at the moment. */
  putOff?: boolean | undefined;
  /** Of `outcome_unknown`: whom of several recipients the other side had refused before; it may have taken it for the others. */
  refused?: readonly RefusedRecipient[] | undefined;
  /** Which input is wrong and why; safe to show to the caller. */
  issues?: { path: string; message: string }[];
  /** What is there, where a write lost against another one. */
  present?: unknown;
}

/**
 * An error whose meaning is known. `message` may be shown to whoever caused it, so it carries no secrets and no
 * message bodies. `outcome_unknown` says that a request left and its effect cannot be told: never repeat it.
 */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly doubtful: boolean;
  readonly putOff: boolean;
  readonly refused: readonly RefusedRecipient[];
  readonly issues: { path: string; message: string }[] | undefined;
  readonly present: unknown;
  /** Why a provider refused, where the hub acts on it. */
  readonly reason: RefusalReason | undefined;

  constructor(code: ErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = traits[code].status;
    this.retryable = traits[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.doubtful = options.doubtful ?? false;
    this.putOff = options.putOff ?? false;
    this.refused = options.refused ?? [];
    this.issues = options.issues;
    this.present = options.present;
    this.reason = options.reason;
  }
}

/** RFC 9457 problem details, the body of every HTTP error. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: errorCode,
  detail: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Of a conflict: what is there now. */
  present: z.unknown().optional(),
});
export type Problem = z.infer<typeof problem>;

/** Parses outside input, or throws `invalid_input` naming each wrong field. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = issues[0];
  throw new HubError('invalid_input', first ? `${first.path || 'input'}: ${first.message}` : 'Invalid input', {
    issues,
  });
}
