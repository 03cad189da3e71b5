import type { Attachment } from '@patchbay/contracts';
import { isDrawnPicture } from '@patchbay/contracts/pictures';
import { fileSize } from '@patchbay/ui';
import { Button, Checkbox } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { filesThatGo } from './mail-choice.ts';

interface ForwardedFilesProps {
  attachments: readonly Attachment[];
  /** Ids of those that go with it; null: all. */
  chosen: readonly string[] | null;
  /** The original goes as it came, and nothing is taken out of it. */
  whole: boolean;
  choose: (ids: string[] | null) => void;
}

/** The files of the mail that is passed on: each goes with it until it is taken out. */
export function ForwardedFiles({ attachments, chosen, whole, choose }: ForwardedFilesProps) {
  const { t } = useTranslation();
  const label = useId();
  if (attachments.length === 0) return null;
  const going = whole ? attachments : filesThatGo(attachments, chosen);
  const size = fileSize(going.reduce((sum, one) => sum + one.size, 0));
  const turn = (id: string): void =>
    choose(attachments.filter((one) => going.includes(one) !== (one.id === id)).map((one) => one.id));
  return (
    <div className="forward-files" role="group" aria-labelledby={label}>
      <div className="forward-files-head small muted">
        <span id={label} role="status" data-testid={whole ? 'forward-whole' : 'forward-count'}>
          {whole
            ? t('composer.wholeGoes', { count: attachments.length, size })
            : t('composer.filesGo', { going: going.length, count: attachments.length, size })}
        </span>
        {!whole && (
          <Button
            type="link"
            size="small"
            onClick={() => choose(going.length > 0 ? [] : null)}
            data-testid="forward-none"
          >
            {t(going.length > 0 ? 'composer.noFiles' : 'composer.allFiles')}
          </Button>
        )}
      </div>
      <ul className="uploads">
        {attachments.map((one) => (
          <li
            key={one.id}
            className={going.includes(one) ? 'upload' : 'upload upload-left-out'}
            data-testid="forward-file"
          >
            {whole ? (
              <FileFacts file={one} />
            ) : (
              <Checkbox checked={going.includes(one)} onChange={() => turn(one.id)}>
                <FileFacts file={one} />
              </Checkbox>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function FileFacts({ file }: { file: Attachment }) {
  const { t } = useTranslation();
  return (
    <>
      {isDrawnPicture(file.contentType) && <img className="upload-picture" src={file.url} alt="" loading="lazy" />}
      <span className="ellipsis" title={file.filename}>
        {file.filename}
      </span>
      <span className="muted small">{fileSize(file.size)}</span>
      {file.inline && <span className="muted small">{t('composer.inText')}</span>}
    </>
  );
}
