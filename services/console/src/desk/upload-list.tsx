import { CloseOutlined, LoadingOutlined, PaperClipOutlined, WarningOutlined } from '@ant-design/icons';
import { fileSize } from '@patchbay/ui';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemLine } from '../feedback/problem-text.ts';
import type { Upload } from './uploads.ts';

export function UploadList({
  uploads,
  remove,
  retry,
}: {
  uploads: readonly Upload[];
  remove: (key: string) => void;
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
          <Thumbnail upload={upload} />
          <span className="ellipsis">{upload.name}</span>
          <span className="muted small">{fileSize(upload.size)}</span>
          {upload.state === 'failed' && !upload.file && (
            <span className="upload-error">{t('composer.uploadLost')}</span>
          )}
          {upload.state === 'failed' && upload.file && (
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
            aria-label={t('composer.remove', { name: upload.name })}
            onClick={() => remove(upload.key)}
          />
        </li>
      ))}
    </ul>
  );
}

/** A picture that the text shows, as it is. */
function Thumbnail({ upload: { file, contentId } }: { upload: Upload }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file || !contentId) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file, contentId]);
  return url ? <img className="upload-picture" src={url} alt="" /> : null;
}
