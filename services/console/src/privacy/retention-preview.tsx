import type { RetentionPreview } from '@patchbay/contracts';
import { fullMoment } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';

/** What the periods in the form would remove now. */
export function RetentionPreviewTable({ preview }: { preview: RetentionPreview }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <div className="retention-table" role="region" aria-live="polite" aria-label={t('privacy.preview')}>
      <table data-testid="retention-table">
        <thead>
          <tr>
            <th scope="col">{t('privacy.what')}</th>
            <th scope="col">{t('privacy.wouldGo')}</th>
            <th scope="col">{t('privacy.oldest')}</th>
            <th scope="col">{t('privacy.goneSoFar')}</th>
          </tr>
        </thead>
        <tbody>
          {preview.items.map(({ kind, days, count, more, oldest, removed }) => (
            <tr key={kind}>
              <th scope="row">{t(`retentionKind.${kind}`)}</th>
              <td>{days === null ? t('privacy.nothing') : `${number.format(count)}${more ? '+' : ''}`}</td>
              <td>{oldest ? fullMoment(oldest, i18n.language) : '–'}</td>
              <td>{number.format(removed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
