import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import '../style/order.css';

interface OrderButtonsProps {
  name: string;
  /** Its place, from 0, and how many there are. */
  at: number;
  count: number;
  move: (from: number, to: number) => void;
}

/** Moves an item one place up or down; the keyboard stays with it, at the end of the list on the other button. */
export function OrderButtons({ name, at, count, move }: OrderButtonsProps) {
  const { t } = useTranslation();
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const pressed = useRef<'up' | 'down' | null>(null);
  useLayoutEffect(() => {
    const way = pressed.current;
    pressed.current = null;
    if (way === null) return;
    const [own, other] = way === 'up' ? [up, down] : [down, up];
    (own.current?.disabled ? other : own).current?.focus();
  }, [at]);
  const go = (way: 'up' | 'down') => {
    pressed.current = way;
    move(at, way === 'up' ? at - 1 : at + 1);
  };
  const shared = { type: 'text', size: 'small' } as const;
  return (
    <span className="order-buttons">
      <Button
        {...shared}
        ref={up}
        icon={<ArrowUpOutlined />}
        disabled={at === 0}
        onClick={() => go('up')}
        aria-label={t('order.up', { name })}
        data-testid="order-up"
      />
      <Button
        {...shared}
        ref={down}
        icon={<ArrowDownOutlined />}
        disabled={at === count - 1}
        onClick={() => go('down')}
        aria-label={t('order.down', { name })}
        data-testid="order-down"
      />
    </span>
  );
}
