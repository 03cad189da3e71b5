/** What a centre's web intake starts with: three request types and a form that offers them. Written once; what a manager takes away stays away. */
import { randomUUID } from 'node:crypto';
import { intakeSeed } from '@patchbay/config/seed-intake';
import { requestTypeCreate, webFormCreate, type SourceTrust } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { insertRequestType } from '@patchbay/store/queries/request-types';
import { claimIntakeSeed, insertWebForm } from '@patchbay/store/queries/web-forms';
import type { Parts } from './parts.ts';

const allClaimed: SourceTrust = { email: 'claimed', phone: 'claimed', external: 'claimed', account: 'claimed' };

/** The source behind a form: what is typed into it is claimed, and it is answered by mail to the address that was given. Answers its id. */
export async function createFormSource(parts: Pick<Parts, 'sources'>, tx: Queryable, name: string): Promise<string> {
  const id = randomUUID();
  await parts.sources.create(tx, id, {
    name,
    kind: 'form',
    outboundUrl: null,
    replyBy: 'email',
    trust: allClaimed,
    enabled: true,
  });
  return id;
}

export async function seedIntake(parts: Pick<Parts, 'db' | 'sources'>): Promise<void> {
  await parts.db.transaction(async (tx) => {
    if (!(await claimIntakeSeed(tx))) return;
    for (const [position, type] of intakeSeed.requestTypes.entries())
      await insertRequestType(tx, requestTypeCreate.parse({ ...type, position }));
    const { slug, ...form } = webFormCreate.parse(intakeSeed.form);
    await insertWebForm(tx, slug, await createFormSource(parts, tx, form.titleEn), form);
  });
}
