import { DownloadOutlined, FileOutlined } from '@ant-design/icons';
import type { Attachment } from '@patchbay/contracts';
import { isDrawnPicture } from '@patchbay/contracts/pictures';
import { fileSize } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';

const sound = /^audio\//i;

export function AttachmentList({ attachments }: { attachments: readonly Attachment[] }) {
  const { t } = useTranslation();
  if (attachments.length === 0) return null;
  return (
    <ul className="attachments" aria-label={t('message.attachments')}>
      {attachments.map((one) => (
        <li key={one.id}>
          {isDrawnPicture(one.contentType) && (
            <a className="attachment-picture" href={one.url} target="_blank" rel="noopener noreferrer">
              <img src={one.url} alt={one.filename} loading="lazy" />
            </a>
          )}
          {sound.test(one.contentType) && <audio controls preload="none" src={one.url} aria-label={one.filename} />}
          <a className="attachment" href={one.url} download={one.filename} data-testid="attachment">
            <FileOutlined aria-hidden />
            <span className="ellipsis">{one.filename}</span>
            <span className="muted small">{fileSize(one.size)}</span>
            <DownloadOutlined aria-label={t('message.download')} />
          </a>
        </li>
      ))}
    </ul>
  );
}
