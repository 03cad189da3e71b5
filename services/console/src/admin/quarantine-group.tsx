import { DeleteOutlined, ReloadOutlined } from '@ant-design/icons';
import type { InboxBulk, InboxBulkAnswer, InboxGroup } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { AskModal } from '../identity/ask-modal.tsx';
import { api } from '../query-client.ts';

export const movedBy = ({ outcomes }: InboxBulkAnswer): number =>
  outcomes.filter(({ outcome }) => !['conflict', 'not-found'].includes(outcome)).length;

/** Moves all of a group, as many at once as the API takes. Of what is discarded, no more than was seen. Answers how many. */
async function moveGroup({ channel, key, count, newestAt }: InboxGroup, reason: string | null): Promise<number> {
  const filter = { channel, group: key };
  let after: string | undefined;
  const deed = (seen: number): InboxBulk =>
    reason === null
      ? // What fails once more is not begun with again.
        { action: 'replay', filter: { ...filter, ...(after && { after }) } }
      : { action: 'discard', filter, reason, seen: { count: seen, until: newestAt } };
  let moved = 0;
  for (let seen = count; ;) {
    const answer = await api.inboxBulk(deed(seen));
    moved += movedBy(answer);
    if (!answer.more || answer.left === 0) return moved;
    seen = answer.left ?? seen;
    after = answer.outcomes
      .map(({ id }) => id)
      .toSorted()
      .at(-1);
  }
}

/** What is done with all contacts that fail alike: once more, or away with a reason. */
export function GroupActions({ group, after }: { group: InboxGroup; after: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [asked, setAsked] = useState<InboxGroup | null>(null);
  const move = useAction(({ of, reason }: { of: InboxGroup; reason: string | null }) => moveGroup(of, reason), {
    stale: [keys.quarantine, keys.tickets],
    after: (count) => {
      void message.success(t('quarantine.done', { count }));
      after();
    },
  });
  return (
    <>
      <Button
        icon={<ReloadOutlined />}
        loading={move.isPending && asked === null}
        onClick={() => move.mutate({ of: group, reason: null })}
      >
        {t('quarantine.replayMany', { count: group.count })}
      </Button>
      <Button danger icon={<DeleteOutlined />} onClick={() => setAsked(group)} data-testid="group-discard">
        {t('quarantine.discardMany', { count: group.count })}
      </Button>
      {asked && (
        <DiscardGroup
          group={asked}
          busy={move.isPending}
          // What was asked about is not what is there any more.
          discard={(reason) => move.mutate({ of: asked, reason }, { onError: () => setAsked(null) })}
          close={() => setAsked(null)}
        />
      )}
    </>
  );
}

interface DiscardGroupProps {
  /** As it was when the question was asked. */
  group: InboxGroup;
  busy: boolean;
  discard: (reason: string) => void;
  close: () => void;
}

function DiscardGroup({ group, busy, discard, close }: DiscardGroupProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<{ reason: string }>();
  return (
    <AskModal
      title={t('quarantine.discardMany', { count: group.count })}
      text={t('quarantine.discardManyText', { until: fullMoment(group.newestAt, i18n.language) })}
      okText={t('quarantine.discard')}
      form={form}
      initial={{ reason: '' }}
      busy={busy}
      error={null}
      submit={({ reason }) => discard(reason.trim())}
      close={close}
    >
      <p className="record-reason small">
        {t(`channel.${group.channel}`)} ·{' '}
        {group.reason ? errorText(group.reason, i18n.resolvedLanguage) : t('quarantine.noReason')}
      </p>
      <Form.Item
        name="reason"
        label={t('quarantine.discardAsk')}
        rules={[{ required: true, whitespace: true, message: t('form.needed') }]}
      >
        <Input maxLength={500} autoComplete="off" data-testid="group-reason" />
      </Form.Item>
    </AskModal>
  );
}
