import {
  ApiOutlined,
  CommentOutlined,
  MailOutlined,
  MessageFilled,
  PhoneOutlined,
  WhatsAppOutlined,
} from '@ant-design/icons';
import type { ChannelName } from '@patchbay/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const icons: Record<ChannelName, ReactNode> = {
  email: <MailOutlined aria-hidden />,
  sms: <MessageFilled aria-hidden />,
  whatsapp: <WhatsAppOutlined aria-hidden />,
  chat: <CommentOutlined aria-hidden />,
  phone: <PhoneOutlined aria-hidden />,
  http: <ApiOutlined aria-hidden />,
};

/** A channel by colour, icon and word; `bare` leaves the word to the screen reader. */
export function ChannelTag({ channel, bare = false }: { channel: ChannelName; bare?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={`channel channel-${channel}`} title={bare ? t(`channel.${channel}`) : undefined}>
      {icons[channel]}
      <span className={bare ? 'visually-hidden' : undefined}>{t(`channel.${channel}`)}</span>
    </span>
  );
}
