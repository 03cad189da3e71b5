import type { ImportReport } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';

/** What became of the rows, or would. */
export function ImportCounts({
  counts,
}: {
  counts: Pick<ImportReport, 'created' | 'updated' | 'unchanged' | 'rejected'>;
}) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <span className="import-counts tabular small">
      {(['created', 'updated', 'unchanged', 'rejected'] as const).map((name) => (
        <span
          key={name}
          className={name === 'rejected' && counts[name] > 0 ? 'file-late' : 'muted'}
          data-testid={`count-${name}`}
        >
          {number.format(counts[name])} {t(`imports.${name}`)}
        </span>
      ))}
    </span>
  );
}
