import { ClockCircleOutlined } from '@ant-design/icons';
import type { AwaitedFile } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';

/** Files that the provider cannot give at the moment: a line for each, until it is here or the message says why it will not come. */
export function AwaitedFiles({ files }: { files: readonly AwaitedFile[] }) {
  const { t } = useTranslation();
  if (files.length === 0) return null;
  return (
    <ul className="attachments" aria-label={t('message.awaitedFiles')}>
      {files.map(({ filename }, index) => (
        <li key={index} data-testid="awaited-file">
          <span className="muted small">
            <ClockCircleOutlined aria-hidden />{' '}
            {filename === '' ? t('message.awaitedNameless') : t('message.awaitedFile', { file: filename })}
          </span>
        </li>
      ))}
    </ul>
  );
}
