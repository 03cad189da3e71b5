import { useInfiniteQuery } from '@tanstack/react-query';
import type { ConsentChange } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemLine } from '../feedback/problem-text.ts';
import { Failed, Loading } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { ChannelTag } from './channel-tag.tsx';
import { consentText } from './consent-text.ts';
import { useAgentNames } from './use-agent-names.ts';

/** All that was ever said of being written to at an address, newest first. Read when it is opened. */
export function ConsentLog({ address }: { address: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details className="small" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="consent-log">
      <summary>{t('texting.log')}</summary>
      {open && <Changes address={address} />}
    </details>
  );
}

function Changes({ address }: { address: string }) {
  const { t } = useTranslation();
  const nameOf = useAgentNames();
  const log = useInfiniteQuery({
    queryKey: keys.consentLog(address),
    queryFn: ({ pageParam, signal }) => api.consentLog(address, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
  if (log.isPending) return <Loading />;
  if (!log.data) return <Failed error={log.error} retry={() => void log.refetch()} />;
  return (
    <>
      <ul className="consent-log">
        {log.data.pages
          .flatMap(({ items }) => items)
          .map((change) => (
            <Change key={change.id} change={change} by={change.agentId === null ? undefined : nameOf(change.agentId)} />
          ))}
      </ul>
      {log.isFetchNextPageError && (
        <span className="held-failed" role="alert">
          {problemLine(t, log.error)}
        </span>
      )}
      {log.hasNextPage && (
        <Button type="link" size="small" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {t('state.more')}
        </Button>
      )}
    </>
  );
}

function Change({ change, by }: { change: ConsentChange; by: string | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <li title={change.account} data-testid="consent-change-row">
      <ChannelTag channel={change.channel} bare />{' '}
      {t(`texting.${change.state}`, { at: fullMoment(change.at, i18n.language) })} · {consentText(t, change)}
      {by !== undefined && ` · ${by}`}
    </li>
  );
}
