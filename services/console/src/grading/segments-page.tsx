import { useQuery } from '@tanstack/react-query';
import { ApartmentOutlined, PlusOutlined } from '@ant-design/icons';
import type { Segment, SegmentMember } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Drawer, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import '../style/grading.css';
import { testText } from './fact-words.ts';
import { SegmentForm } from './segment-form.tsx';
import { useWording } from './use-wording.ts';

/** Saved sets of customers, with who is in them now. */
export function SegmentsPage() {
  const { t } = useTranslation();
  const mayEdit = useMe().role !== 'agent';
  const [edited, setEdited] = useState<Segment | 'new' | null>(null);
  const [shown, setShown] = useState<Segment | null>(null);
  const segments = useQuery({
    queryKey: keys.segments,
    queryFn: ({ signal }) => api.segments(signal),
    refetchInterval: ({ state }) => (state.data?.some(({ refreshing }) => refreshing) ? 1_000 : 30_000),
  });
  return (
    <div className="page" data-testid="segments-page">
      <PageHead text={t('segments.text')}>
        {mayEdit && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="segment-new">
            {t('segments.add')}
          </Button>
        )}
      </PageHead>
      {segments.isPending && <Loading />}
      {segments.isError && !segments.data && <Failed error={segments.error} retry={() => void segments.refetch()} />}
      {segments.data && (
        <div className="panel">
          {segments.data.length === 0 && (
            <Nothing icon={<ApartmentOutlined />} title={t('segments.none')} text={t('segments.noneText')} />
          )}
          {segments.data.map((segment) => (
            <SegmentRow
              key={segment.id}
              segment={segment}
              show={() => setShown(segment)}
              {...(mayEdit && { edit: () => setEdited(segment) })}
            />
          ))}
        </div>
      )}
      {edited && <SegmentForm segment={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
      <Drawer open={shown !== null} title={shown?.name} onClose={() => setShown(null)} size={Math.min(440, innerWidth)}>
        {shown && <Members segmentKey={shown.key} />}
      </Drawer>
    </div>
  );
}

function SegmentRow({ segment, show, edit }: { segment: Segment; show: () => void; edit?: () => void }) {
  const { t } = useTranslation();
  const wording = useWording();
  const remove = useAction(() => api.deleteSegment(segment.key), { stale: [keys.segments] });
  const { condition } = segment;
  const parts = condition.tests.map((part) =>
    'tests' in part
      ? `(${part.tests.map((inner) => testText(wording, inner)).join(` ${t(`condition.${part.join}`)} `)})`
      : testText(wording, part),
  );
  return (
    <article className="record" data-testid="segment-row" data-key={segment.key} data-refreshing={segment.refreshing}>
      <div className="record-head">
        <span className="record-title">{segment.name}</span>
        <Tag>{segment.key}</Tag>
        <strong className="tabular" data-testid="segment-count">
          {t('segments.members', { count: segment.memberCount })}
        </strong>
        {segment.refreshing && (
          <span className="muted small" role="status">
            {t('segments.refreshing')}
          </span>
        )}
      </div>
      {segment.description && <p>{segment.description}</p>}
      <p className="muted small">
        {parts.length > 1 && `${t(`condition.${condition.join}`)}: `}
        {parts.join(' · ')}
      </p>
      <div className="record-actions">
        <Button onClick={show} data-testid="segment-members">
          {t('segments.show')}
        </Button>
        {edit && <Button onClick={edit}>{t('segments.edit')}</Button>}
        {edit && (
          <Popconfirm title={t('segments.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
            <Button danger loading={remove.isPending}>
              {t('segments.remove')}
            </Button>
          </Popconfirm>
        )}
      </div>
    </article>
  );
}

function Members({ segmentKey }: { segmentKey: string }) {
  const { t } = useTranslation();
  return (
    <PagedList
      queryKey={[...keys.segments, segmentKey]}
      read={(cursor, signal) => api.segmentMembers(segmentKey, cursor, signal)}
      empty={<Nothing icon={<ApartmentOutlined />} title={t('segments.noMembers')} />}
      row={(member) => <Member key={member.customerId} member={member} />}
    />
  );
}

function Member({ member }: { member: SegmentMember }) {
  const { t, i18n } = useTranslation();
  const { gradeName } = useWording();
  return (
    <article className="record" data-testid="segment-member">
      <div className="record-head">
        <span className="record-title grow">{member.name}</span>
        {member.grade && <Tag>{gradeName(member.grade)}</Tag>}
        {member.stage && <Tag color="cyan">{t(`stage.${member.stage}`)}</Tag>}
      </div>
      <p className="muted small">{t('segments.since', { at: moment(member.since, Date.now(), i18n.language) })}</p>
    </article>
  );
}
