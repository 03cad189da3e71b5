import { CloseOutlined, LoadingOutlined, PaperClipOutlined, WarningOutlined } from '@ant-design/icons';
import { fileSize } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemLine } from '../feedback/problem-text.ts';
import type { Upload } from './use-uploads.ts';

export function UploadList({
  uploads,
  remove,
  retry,
}: {
  uploads: Upload[];
  remove: (key: number) => void;
  retry: (upload: Upload) => void;
}) {
  const { t } = useTranslation();
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads">
      {uploads.map((upload) => (
        <li key={upload.key} className={`upload upload-${upload.state}`} data-testid="upload" data-state={upload.state}>
          {upload.state === 'uploading' ? (
            <LoadingOutlined aria-hidden />
          ) : upload.state === 'failed' ? (
            <WarningOutlined aria-hidden />
          ) : (
            <PaperClipOutlined aria-hidden />
          )}
          <span className="ellipsis">{upload.file.name}</span>
          <span className="muted small">{fileSize(upload.file.size)}</span>
          {upload.state === 'failed' && (
            <>
              <span className="upload-error">{problemLine(t, upload.error)}</span>
              <Button type="link" size="small" onClick={() => retry(upload)}>
                {t('state.retry')}
              </Button>
            </>
          )}
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t('composer.remove', { name: upload.file.name })}
            onClick={() => remove(upload.key)}
          />
        </li>
      ))}
    </ul>
  );
}
