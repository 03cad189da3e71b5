/** Why agents are away, as the centre names it. */
import { HubError, presenceReasons, type PresenceReasons, type presenceUpdate } from '@patchbay/contracts';
import { readSetting, writeSetting } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';

const settingKey = 'presence-reasons';

/** What a new centre begins with. */
const usual: PresenceReasons = {
  required: false,
  items: [
    { key: 'break', nameEn: 'Break', nameZh: '休息' },
    { key: 'meal', nameEn: 'Meal', nameZh: '用餐' },
    { key: 'meeting', nameEn: 'Meeting', nameZh: '会议' },
    { key: 'training', nameEn: 'Training', nameZh: '培训' },
  ],
};

export async function readPresenceReasons(sql: Queryable): Promise<PresenceReasons> {
  return presenceReasons.safeParse(await readSetting(sql, settingKey)).data ?? usual;
}

export function writePresenceReasons(sql: Queryable, reasons: PresenceReasons): Promise<void> {
  return writeSetting(sql, settingKey, reasons);
}

/** @throws HubError `unprocessable` where the centre asks for a reason of its list and there is none */
export async function refuseWithoutReason(
  parts: Pick<Parts, 'db'>,
  { state, reason }: z.infer<typeof presenceUpdate>,
): Promise<void> {
  if (state !== 'away') return;
  const { required, items } = await readPresenceReasons(parts.db.sql);
  if (required && !items.some(({ key }) => key === reason))
    throw new HubError('unprocessable', 'Say why, with one of the reasons of the centre', {
      issues: [{ path: 'reason', message: `One of ${items.map(({ key }) => key).join(', ')}` }],
    });
}
