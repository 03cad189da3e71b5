import { WarningOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { smsLength } from './sms-segments.ts';

/** How long the text is for its channel: characters left, and what it costs in segments. Longer ones are not sent at all. */
export function SegmentCounter({ text, limit, segments }: { text: string; limit: number; segments: boolean }) {
  const { t } = useTranslation();
  const over = text.trim().length - limit;
  if (over > 0)
    return (
      <div className="channel-note channel-note-over small" role="status" data-testid="segments" data-over={over}>
        <WarningOutlined aria-hidden /> {t('texting.tooLong', { limit, over })}
      </div>
    );
  if (!segments || text.trim() === '') return null;
  const { encoding, segments: count, left, culprits } = smsLength(text.trim());
  return (
    <div className="channel-note small muted" data-testid="segments" data-encoding={encoding} data-segments={count}>
      <span className="tabular">
        {t('texting.segments', { count })} · {t('texting.left', { count: left })} · {encoding}
      </span>
      {culprits.length > 0 && <span> {t('texting.culprits', { signs: culprits.join(' ') })}</span>}
    </div>
  );
}
