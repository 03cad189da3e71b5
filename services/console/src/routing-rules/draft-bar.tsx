import type { RoutingDraft, RoutingVersion } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Input, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { RuleChanges } from './rule-changes.tsx';
import { TriedRouting } from './tried-routing.tsx';

interface DraftBarProps {
  draft: RoutingDraft;
  published: RoutingVersion;
  /** What is on the screen is still being kept. */
  busy: boolean;
}

/** What may be done with a draft: try it, publish it, throw it away. */
export function DraftBar({ draft, published, busy }: DraftBarProps) {
  const { t, i18n } = useTranslation();
  const [asking, setAsking] = useState(false);
  const attempt = useMutation({
    mutationFn: async () => ({ tried: await api.tryRouting(draft.rules), rules: draft.rules }),
  });
  const drop = useAction(() => api.dropRoutingDraft(draft.revision), { stale: [keys.routingRules] });
  const overtaken = draft.basedOn !== published.version;
  const problem = attempt.error && problemText(t, attempt.error);
  return (
    <section className="publish-bar routing-draft" aria-label={t('grading.unpublished')} data-testid="routing-draft">
      {overtaken && <Alert type="warning" showIcon title={t('routingRules.overtaken')} />}
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <p>
        {t('routingRules.draft', {
          version: draft.basedOn + 1,
          name: draft.editedByName ?? t('event.someAgent'),
          at: moment(draft.editedAt, Date.now(), i18n.language),
        })}
      </p>
      <div className="row wrap">
        <Popconfirm title={t('routingRules.dropAsk')} onConfirm={() => drop.mutate(undefined)}>
          <Button disabled={busy} loading={drop.isPending}>
            {t('routingRules.drop')}
          </Button>
        </Popconfirm>
        <Button disabled={busy} loading={attempt.isPending} onClick={() => attempt.mutate()} data-testid="routing-try">
          {t('routingRules.try')}
        </Button>
        <Button
          type="primary"
          disabled={busy || overtaken}
          onClick={() => setAsking(true)}
          data-testid="routing-publish"
        >
          {t('routingRules.publish')}
        </Button>
      </div>
      {attempt.data && attempt.data.rules === draft.rules && (
        <TriedRouting tried={attempt.data.tried} rules={draft.rules} />
      )}
      {asking && <PublishDialog draft={draft} published={published} close={() => setAsking(false)} />}
    </section>
  );
}

function PublishDialog({
  draft,
  published,
  close,
}: {
  draft: RoutingDraft;
  published: RoutingVersion;
  close: () => void;
}) {
  const { t } = useTranslation();
  useReturnFocus();
  const [note, setNote] = useState('');
  const publish = useAction(() => api.publishRouting({ revision: draft.revision, note: note.trim() }), {
    stale: [keys.routingRules],
    done: t('routingRules.published'),
    after: close,
  });
  return (
    <Modal
      open
      title={t('routingRules.publishTitle', { version: draft.basedOn + 1 })}
      okText={t('grading.publish')}
      onCancel={close}
      onOk={() => publish.mutate(undefined)}
      okButtonProps={{ disabled: note.trim() === '', loading: publish.isPending, 'data-testid': 'routing-confirm' }}
    >
      <RuleChanges before={published.rules} after={draft.rules} />
      <Input.TextArea
        autoFocus
        value={note}
        maxLength={500}
        rows={3}
        aria-label={t('routingRules.note')}
        placeholder={t('routingRules.note')}
        onChange={({ target }) => setNote(target.value)}
        data-testid="routing-note"
      />
    </Modal>
  );
}
