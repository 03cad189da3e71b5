import { useQuery } from '@tanstack/react-query';
import { HistoryOutlined } from '@ant-design/icons';
import type { MergeEntry, MergeUndo } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Alert, Button, Modal, Tag } from 'antd';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PagedList } from '../admin/paged-list.tsx';
import { movedByMerge } from '../desk/use-merge.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

/** Everybody who was joined with a customer or split off, with what undoing it would move. */
export function Ledger({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <PagedList
        queryKey={keys.ledger(customerId)}
        read={(cursor, signal) => api.ledger(customerId, cursor, signal)}
        empty={<Nothing icon={<HistoryOutlined />} title={t('identity.ledgerEmpty')} />}
        row={(entry) => <Entry key={entry.id} entry={entry} ask={() => setAsked(entry.id)} />}
      />
      {asked !== null && <UndoModal key={asked} id={asked} show={setAsked} close={() => setAsked(null)} />}
    </>
  );
}

function entryText(t: TFunction, { kind, customerName, otherName }: MergeEntry): string {
  return t(kind === 'merge' ? 'identity.merge' : 'identity.splitEntry', { customer: customerName, other: otherName });
}

function Entry({ entry, ask }: { entry: MergeEntry; ask: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <article className="record" data-testid="ledger-entry">
      <div className="record-head wrap">
        <span className="record-title grow">{entryText(t, entry)}</span>
        {entry.undoneAt && <Tag>{t('identity.undone')}</Tag>}
        <Button onClick={ask} data-testid="ledger-undo">
          {entry.undoneAt ? '…' : t('identity.undo')}
        </Button>
      </div>
      <p className="muted small">
        {moment(entry.at, Date.now(), i18n.language)} ·{' '}
        {entry.by ? t('identity.by', { name: entry.by }) : t('identity.automatic')}
        {entry.reason && ` · ${entry.reason}`} · {countsText(t, entry.moved)}
      </p>
    </article>
  );
}

const tables = ['ticket', 'message', 'call', 'identifier'] as const;

function countsText(t: TFunction, counts: Record<string, number>): string {
  const known = tables
    .filter((table) => counts[table])
    .map((table) => t(`identity.table.${table}`, { n: counts[table] }));
  const further = Object.entries(counts)
    .filter(([table]) => !tables.some((one) => one === table))
    .reduce((sum, [, n]) => sum + n, 0);
  return [...known, ...(further > 0 ? [t('identity.table.other', { n: further })] : [])].join(' · ');
}

interface UndoModalProps {
  id: string;
  show: (id: string) => void;
  close: () => void;
}

function UndoModal({ id, show, close }: UndoModalProps) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: keys.mergeUndo(id), queryFn: ({ signal }) => api.mergeUndo(id, signal) });
  const undo = useAction(() => api.undoMerge(id), {
    stale: movedByMerge,
    done: t('identity.undoneDone'),
    after: close,
  });
  const { entry, blockedBy } = found.data ?? {};
  const possible = entry !== undefined && entry.undoneAt === null && blockedBy === null;
  return (
    <Modal
      open
      title={t(entry?.kind === 'split' ? 'identity.undoSplitAsk' : 'identity.undoAsk')}
      okText={t('identity.undoNow')}
      cancelText={t('identity.cancel')}
      okButtonProps={{ disabled: !possible, danger: true, 'data-testid': 'undo-confirm' }}
      confirmLoading={undo.isPending}
      onOk={() => undo.mutate(undefined)}
      onCancel={close}
    >
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} />}
      {found.data && <UndoPreview undo={found.data} />}
      {blockedBy && (
        <Alert
          type="warning"
          showIcon
          title={t('identity.blocked')}
          action={<Button onClick={() => show(blockedBy)}>{t('identity.blockedOpen')}</Button>}
        />
      )}
    </Modal>
  );
}

function UndoPreview({ undo: { entry, returns, stays } }: { undo: MergeUndo }) {
  const { t } = useTranslation();
  const since = [
    [t('identity.returns'), returns],
    [t('identity.stays'), stays],
  ] as const;
  const nothing = since.every(([, { counts }]) => Object.keys(counts).length === 0);
  return (
    <div data-testid="undo-preview">
      <p>{entryText(t, entry)}</p>
      <h3>{t('identity.moved')}</h3>
      <p>{countsText(t, entry.moved)}</p>
      {nothing && <p className="muted">{t('identity.nothingSince')}</p>}
      {since.map(([title, { counts, tickets }]) =>
        Object.keys(counts).length === 0 ? null : (
          <div key={title}>
            <h3>{title}</h3>
            <p>
              {countsText(t, counts)}{' '}
              {tickets.map(({ id, number }) => (
                <Link key={id} to={`/desk/${id}`}>
                  #{number}{' '}
                </Link>
              ))}
            </p>
          </div>
        ),
      )}
    </div>
  );
}
