import type { CustomerFile } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useDay } from './use-words.ts';

/** When which records are to be looked at again, and the button that says they still hold. */
export function Reviews({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const day = useDay();
  const review = useAction((kind: CustomerFile['reviews'][number]['kind']) => api.reviewed(file.id, kind), {
    stale: [keys.customerFile(file.id), keys.tasks],
    done: t('file.saved'),
  });
  if (file.reviews.length === 0) return <p className="muted small">{t('file.none')}</p>;
  return (
    <ul className="file-list">
      {file.reviews.map((one) => (
        <li key={one.kind} className="row" data-testid={`review-${one.kind}`} data-overdue={one.overdue}>
          <div className="grow">
            <div>{t(`reviewKind.${one.kind}`)}</div>
            <div className={one.overdue ? 'small file-late' : 'muted small'}>
              {one.reviewedAt ? t('file.reviewedAt', { at: day(one.reviewedAt) }) : t('file.neverReviewed')} ·{' '}
              {t('file.dueAt', { at: day(one.dueAt) })}
            </div>
          </div>
          <Button
            size="small"
            loading={review.isPending && review.variables === one.kind}
            onClick={() => review.mutate(one.kind)}
          >
            {t('file.reviewed')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
