/** How an endpoint is written down. One declaration is both the handler and its page in the API document. */
import type { Role } from '@patchbay/contracts';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Auth, Principal } from '../auth/index.ts';
import type { Parts } from '../parts.ts';
import type { AnswerName, answers, bodies, BodyName } from './schemas.ts';

/** `public`: anybody, also without a session. */
export type Access = Role | 'public';

export interface Call<Params, Query, Body, Who> {
  readonly parts: Parts;
  readonly auth: Auth;
  readonly principal: Who;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly correlationId: string;
  readonly request: Request;
  readonly response: Response;
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api/v1`, in Express's notation. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly headers?: Readonly<Record<string, string>>;
  /** `bytes`: read whole. `stream`: the handler reads the request itself. */
  readonly body?: BodyName | 'bytes' | 'stream';
  /** Left out: an empty answer. `bytes`: the handler writes the answer itself. */
  readonly answer?: AnswerName | 'bytes';
  readonly status: 200 | 201 | 204;
  /** It makes something new, so with an `Idempotency-Key` the same request again gets the same answer. Not for `public` ones. */
  readonly creates?: boolean;
  /** Answered as it is: what is hidden from the asker's role is what was asked for, or the handler has hidden it. */
  readonly reveals?: boolean;
  readonly handle: (call: Call<never, never, never, never>) => unknown;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type BodyOf<B> = B extends BodyName ? z.output<(typeof bodies)[B]> : B extends 'bytes' ? Buffer : undefined;
type AnswerOf<A> = A extends AnswerName ? z.input<(typeof answers)[A]> : void;

/** Declares an endpoint; the handler's arguments and answer take their types from the schemas. */
export function route<
  const A extends Access,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  const B extends BodyName | 'bytes' | 'stream' | undefined = undefined,
  const R extends AnswerName | 'bytes' | undefined = undefined,
>(
  declared: Omit<Route, 'access' | 'params' | 'query' | 'body' | 'answer' | 'handle' | 'status'> & {
    access: A;
    params?: P;
    query?: Q;
    body?: B;
    answer?: R;
    status?: 200 | 201 | 204;
    handle: (
      call: Call<Parsed<P>, Parsed<Q>, BodyOf<B>, A extends 'public' ? Principal | null : Principal>,
    ) => Promise<AnswerOf<R>> | AnswerOf<R>;
  },
): Route {
  return { status: declared.answer === undefined ? 204 : 200, ...declared } as Route;
}
