import { keys } from '@patchbay/ui';
import { Alert, Button, Input, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bilingual } from '../feedback/bilingual.ts';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import type { Draft } from './grading-page.tsx';
import { PreviewResult } from './preview-result.tsx';
import { wrongPlaces } from './wrong-places.ts';

interface PublishBarProps {
  draft: Draft;
  /** The version that holds now. */
  newest: number;
  discard: () => void;
}

/** What may be done with a change: try it, publish it, throw it away. */
export function PublishBar({ draft, newest, discard }: PublishBarProps) {
  const { t, i18n } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [preview, setPreview] = useState<string | null>(null);
  const wrong = wrongPlaces(draft.policy, t, (name) => bilingual(i18n, name).shown);
  const tryIt = useAction(() => api.previewGrading(draft.policy), { stale: [], after: ({ id }) => setPreview(id) });
  const overtaken = draft.basedOn !== newest;
  return (
    <div className="publish-bar" role="region" aria-label={t('grading.unpublished')} data-testid="publish-bar">
      {overtaken && <Alert type="warning" showIcon title={t('grading.newer')} />}
      {wrong.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('grading.invalid')}
          description={`${t('grading.invalidIn')} ${wrong.slice(0, 3).join(' · ')}`}
          data-testid="grading-wrong"
        />
      )}
      <div className="row wrap">
        <span className="grow">{t('grading.unpublished')}</span>
        <Popconfirm title={t('grading.discardAsk')} onConfirm={discard}>
          <Button>{t('grading.discard')}</Button>
        </Popconfirm>
        <Button
          disabled={wrong.length > 0}
          loading={tryIt.isPending}
          onClick={() => tryIt.mutate(undefined)}
          data-testid="grading-preview"
        >
          {t('grading.preview')}
        </Button>
        <Button
          type="primary"
          disabled={wrong.length > 0 || overtaken}
          onClick={() => setAsking(true)}
          data-testid="grading-publish"
        >
          {t('grading.publish')}
        </Button>
      </div>
      {preview && (
        <Modal open title={t('grading.preview')} footer={null} onCancel={() => setPreview(null)}>
          <PreviewResult runId={preview} grades={draft.policy.grades} />
        </Modal>
      )}
      {asking && <PublishDialog draft={draft} close={() => setAsking(false)} published={discard} />}
    </div>
  );
}

function PublishDialog({ draft, close, published }: { draft: Draft; close: () => void; published: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [note, setNote] = useState('');
  const publish = useAction(() => api.publishGrading({ ...draft, note: note.trim() }), {
    stale: [keys.grading],
    done: t('grading.published'),
    after: published,
  });
  return (
    <Modal
      open
      title={t('grading.publish')}
      okText={t('grading.publish')}
      onCancel={close}
      onOk={() => publish.mutate(undefined)}
      okButtonProps={{ disabled: note.trim() === '', loading: publish.isPending, 'data-testid': 'publish-save' }}
    >
      <p className="muted small">{t('grading.noteHelp')}</p>
      <Input.TextArea
        autoFocus
        value={note}
        maxLength={500}
        rows={3}
        aria-label={t('grading.note')}
        placeholder={t('grading.note')}
        onChange={({ target }) => setNote(target.value)}
        data-testid="publish-note"
      />
    </Modal>
  );
}
