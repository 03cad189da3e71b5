import type { CustomField } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { HistoryOutlined } from '@ant-design/icons';
import { api } from '../query-client.ts';
import { useFieldText } from './use-words.ts';

interface FieldHistoryProps {
  customerId: string;
  field: Pick<CustomField, 'key' | 'options'>;
  label: string;
  close: () => void;
}

/** Every value that a field had, and who gave it. */
export function FieldHistory({ customerId, field, label, close }: FieldHistoryProps) {
  const { t, i18n } = useTranslation();
  const textOf = useFieldText();
  return (
    <Modal open title={t('file.history', { name: label })} footer={null} onCancel={close}>
      <PagedList
        queryKey={[...keys.customerFile(customerId), 'history', field.key]}
        read={(cursor, signal) => api.fieldHistory(customerId, field.key, cursor, signal)}
        empty={<Nothing icon={<HistoryOutlined />} title={t('file.none')} />}
        row={(entry) => (
          <article key={entry.version} className="record" data-testid="field-history-entry">
            <span className="record-title">{textOf(field as CustomField, entry.value) || t('file.empty')}</span>
            <span className="muted small">
              {t('file.provenance', {
                source: t(`fieldSource.${entry.source}`),
                name: entry.byName ?? '–',
                at: fullMoment(entry.at, i18n.language),
              })}
            </span>
          </article>
        )}
      />
    </Modal>
  );
}
