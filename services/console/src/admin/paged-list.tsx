import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import type { Page } from '@patchbay/ui';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemLine } from '../feedback/problem-text.ts';
import { Failed, Loading } from '../feedback/states.tsx';

interface PagedListProps<T> {
  queryKey: QueryKey;
  read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
  empty: ReactNode;
  row: (item: T) => ReactNode;
  /** Stands above the rows where there are any. */
  head?: (items: T[]) => ReactNode;
  /** Read anew so often, where no event tells of changes. Milliseconds. */
  refreshMs?: number;
}

/** A list from the hub with its further pages on request. */
export function PagedList<T>({ queryKey, read, empty, row, head, refreshMs }: PagedListProps<T>) {
  const { t } = useTranslation();
  const list = useInfiniteQuery({
    queryKey: [...queryKey, 'pages'],
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: refreshMs ?? false,
  });
  if (list.isPending) return <Loading />;
  if (!list.data) return <Failed error={list.error} retry={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  return (
    <div className="panel">
      {items.length > 0 && head?.(items)}
      {items.length === 0 ? empty : items.map(row)}
      {list.hasNextPage && (
        <div className="more">
          {list.isFetchNextPageError && (
            <span className="held-failed small" role="alert">
              {problemLine(t, list.error)}
            </span>
          )}
          <Button type="text" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('state.more')}
          </Button>
        </div>
      )}
    </div>
  );
}
