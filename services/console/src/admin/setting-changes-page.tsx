import { HistoryOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { eventData, settingName, type HubEvent, type SettingName } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAddressQuery, withValue } from '../address-query.ts';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import '../style/setting-changes.css';
import { changedLeaves, type ChangedLeaf } from './changed-leaves.ts';
import { PageHead } from './page-head.tsx';
import { PagedList } from './paged-list.tsx';

const told = eventData['setting.changed'];

/** Who changed what of the configuration, and when; the filters are in the address. */
export function SettingChangesPage() {
  const { t } = useTranslation();
  const { asked, change } = useAddressQuery();
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  const setting = settingName.safeParse(asked.get('setting')).data;
  const actorId = asked.get('actorId') || undefined;
  const set = (name: string, chosen: string | undefined): void =>
    change(withValue(asked, name, chosen), { replace: true });
  const nameOf = (id: string | null) => agents.data?.find((one) => one.id === id)?.name ?? id ?? t('changes.theHub');
  return (
    <div className="page" data-testid="setting-changes-page">
      <PageHead text={t('changes.text')} />
      <div className="change-filters">
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('changes.anySetting')}
          aria-label={t('changes.setting')}
          value={setting}
          onChange={(chosen: SettingName | undefined) => set('setting', chosen)}
          options={settingName.options.map((one) => ({ value: one, label: t(`changes.of.${one}`) }))}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('changes.anybody')}
          aria-label={t('changes.who')}
          value={actorId}
          onChange={(chosen: string | undefined) => set('actorId', chosen)}
          options={agents.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        />
      </div>
      <PagedList
        queryKey={keys.settingChanges({ setting, actorId })}
        read={(cursor, signal) => api.settingChanges({ setting, actorId }, cursor, signal)}
        empty={<Nothing icon={<HistoryOutlined />} title={t('changes.nothing')} />}
        row={(event) => <Change key={event.id} event={event} who={nameOf(event.actorId)} />}
      />
    </div>
  );
}

/** What a person calls it; many are known by an id. */
function titleOf({ key, from, to }: ReturnType<typeof told.parse>): string {
  const name = (to ?? from)?.['name'];
  return typeof name === 'string' ? name : (key ?? '');
}

function Change({ event, who }: { event: HubEvent; who: string }) {
  const { t, i18n } = useTranslation();
  const change = told.safeParse(event.data).data;
  if (!change) return null;
  const { setting, from, to } = change;
  return (
    <article className="record" data-testid="setting-change" data-setting={setting}>
      <div className="record-head">
        <Tag>{t(`changes.of.${setting}`)}</Tag>
        <span className="record-title grow">{titleOf(change)}</span>
        <time className="muted small" dateTime={event.at}>
          {fullMoment(event.at, i18n.language)}
        </time>
      </div>
      <p className="small">
        {t(from === null ? 'changes.added' : to === null ? 'changes.removed' : 'changes.changed', { who })}
      </p>
      <dl className="change-leaves small">
        {changedLeaves(from, to).map((leaf) => (
          <Leaf key={leaf.path} leaf={leaf} />
        ))}
      </dl>
    </article>
  );
}

function Leaf({ leaf: { path, before, after } }: { leaf: ChangedLeaf }) {
  const { t } = useTranslation();
  // A secret is told of by a mark that says nothing of it.
  const secret = path.endsWith('secretMark');
  return (
    <div>
      <dt className="muted">{path}</dt>
      <dd>
        {secret ? (
          t('changes.secret')
        ) : (
          <>
            {before !== null && <del>{before}</del>}
            {before !== null && <span aria-hidden> → </span>}
            {after === null ? <span className="muted">{t('changes.empty')}</span> : <ins>{after}</ins>}
          </>
        )}
      </dd>
    </div>
  );
}
