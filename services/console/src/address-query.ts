import { startTransition, useOptimistic } from 'react';
import { useLocation, useNavigate } from 'react-router';

export interface AddressQuery {
  /** As asked for last, at once: for the fields that it is changed with. */
  readonly asked: URLSearchParams;
  /** As the address says it: for what is drawn with it, which may take longer. */
  readonly query: URLSearchParams;
  change(next: URLSearchParams, options?: { replace?: boolean }): void;
}

/**
 * What the address holds after its question mark.
 *
 * A page is drawn with a new address only in a transition. Until then its fields would fall back to what they were, a
 * caret would jump, and whoever changed a second one would take the first change back.
 */
export function useAddressQuery(): AddressQuery {
  const { search } = useLocation();
  const navigate = useNavigate();
  const [asked, ask] = useOptimistic(search);
  return {
    asked: new URLSearchParams(asked),
    query: new URLSearchParams(search),
    change(next, options) {
      startTransition(async () => {
        ask(`?${next.toString()}`);
        await navigate({ search: next.toString() }, options);
      });
    },
  };
}

/** The query with one of its values changed, or without it. */
export function withValue(query: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}
