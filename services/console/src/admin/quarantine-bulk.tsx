import { DeleteOutlined, ReloadOutlined, UndoOutlined } from '@ant-design/icons';
import { bulkLimit, type InboxBulk, type InboxItem } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { App, Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { chosenOf } from './quarantine-chosen.ts';
import { movedBy } from './quarantine-group.tsx';

interface QuarantineBulkProps {
  items: readonly InboxItem[];
  state: 'quarantined' | 'discarded';
  chosen: ReadonlySet<string>;
  choose: (ids: readonly string[]) => void;
}

/** What is done with the contacts that are chosen. It is there with none as well: the rows below stay where they are. */
export function QuarantineBulk({ items, state, chosen, choose }: QuarantineBulkProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [reason, setReason] = useState('');
  const bulk = useAction((deed: InboxBulk) => api.inboxBulk(deed), {
    stale: [keys.quarantine, keys.tickets],
    after: (answer) => {
      void message.success(t('quarantine.done', { count: movedBy(answer) }));
      setReason('');
      choose([]);
    },
  });
  const shown = items.map(({ id }) => id);
  const { ids, left } = chosenOf(shown, chosen);
  const none = ids.length === 0;
  const busy = (action: InboxBulk['action']) => bulk.isPending && bulk.variables.action === action;
  return (
    <div className="quarantine-tools quarantine-bulk" data-testid="quarantine-bulk">
      <Checkbox
        checked={!none && ids.length === Math.min(shown.length, bulkLimit)}
        indeterminate={!none && ids.length < Math.min(shown.length, bulkLimit)}
        aria-label={t('quarantine.selectShown')}
        onChange={(event) => choose(event.target.checked ? shown.slice(0, bulkLimit) : [])}
      />
      <span className="quarantine-chosen">
        {t('quarantine.selected', { count: ids.length })}
        {left > 0 && <span role="status"> · {t('quarantine.beyond', { most: bulkLimit, count: left })}</span>}
      </span>
      {state === 'quarantined' ? (
        <>
          <Button
            icon={<ReloadOutlined />}
            disabled={none || busy('discard')}
            loading={busy('replay')}
            onClick={() => bulk.mutate({ action: 'replay', ids })}
          >
            {t('quarantine.replay')}
          </Button>
          <Input
            style={{ flex: '1 1 180px', minWidth: 0 }}
            maxLength={500}
            value={reason}
            disabled={none}
            placeholder={t('quarantine.discardAsk')}
            aria-label={t('quarantine.discardAsk')}
            onChange={(event) => setReason(event.target.value)}
            data-testid="discard-reason"
          />
          <Button
            danger
            icon={<DeleteOutlined />}
            disabled={none || reason.trim() === '' || busy('replay')}
            loading={busy('discard')}
            onClick={() => bulk.mutate({ action: 'discard', ids, reason: reason.trim() })}
            data-testid="discard-button"
          >
            {t('quarantine.discard')}
          </Button>
        </>
      ) : (
        <Button
          icon={<UndoOutlined />}
          disabled={none}
          loading={busy('restore')}
          onClick={() => bulk.mutate({ action: 'restore', ids })}
        >
          {t('quarantine.restore')}
        </Button>
      )}
    </div>
  );
}
