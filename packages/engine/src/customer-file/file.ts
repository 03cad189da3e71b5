/** One customer's file, put together from its parts. */
import { HubError, reviewKind, type CustomerFile, type FieldChanges, type FieldEntry } from '@patchbay/contracts';
import { matchesInTime } from '@patchbay/channels/field-pattern';
import { asRequestField, checkRequest, type CustomField } from '@patchbay/contracts';
import {
  completenessFormula,
  completenessOf,
  isRequired,
  reviewDueAt,
  reviewPeriod,
  type ReviewedFile,
} from '@patchbay/domain';
import { listCustomFields } from '@patchbay/store/queries/custom-fields';
import { listFieldEntries, readFileOwner, setCustomerFields } from '@patchbay/store/queries/customer-file';
import { readCustomer } from '@patchbay/store/queries/customers';
import { listMemberships, listRelations } from '@patchbay/store/queries/organisations';
import { listTasksOf } from '@patchbay/store/queries/tasks';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { presentCustomer, presentNamed } from '../privacy/masking.ts';
import { readReviewSettings, reviewedOf } from './check-files.ts';
import { presentEntries, sealChanges } from './sensitive.ts';

/** Open tasks that a file shows. */
const shownTasks = 50;
const dayMs = 24 * 3600_000;

const notThere = () => new HubError('not_found', 'There is no such customer');

/** Who looks is written down by who asks for it. */
export async function readCustomerFile(parts: Parts, viewer: Principal, id: string): Promise<CustomerFile> {
  const { sql } = parts.db;
  const [customer, owner, fields, entries, organisations, relations, tasks, settings] = await Promise.all([
    readCustomer(sql, id),
    readFileOwner(sql, id),
    listCustomFields(sql, 'customer'),
    listFieldEntries(sql, id),
    listMemberships(sql, id),
    listRelations(sql, id),
    listTasksOf(sql, viewer, id, shownTasks),
    readReviewSettings(sql),
  ]);
  if (!customer || !owner) throw notThere();
  const {
    id: customerId,
    displayName,
    mergedInto,
    createdAt,
    identifiers,
  } = await presentCustomer(sql, viewer, customer);
  return {
    id: customerId,
    displayName,
    mergedInto,
    createdAt,
    identifiers,
    fields: await presentEntries(parts, viewer, id, fields, entries),
    required: fields.filter((field) => isRequired(field, owner)).map(({ key }) => key),
    completeness: { ...completenessOf(fields, owner, owner.fields), formula: completenessFormula },
    organisations,
    relations: await presentNamed(sql, viewer, 'otherName', relations),
    tasks: await presentNamed(sql, viewer, 'customerName', tasks),
    reviews: reviewsOf(settings, reviewedOf(owner), owner.reviewed, parts.now()),
  };
}

function reviewsOf(
  settings: Parameters<typeof reviewDueAt>[0],
  file: ReviewedFile,
  reviewed: Readonly<Record<string, string>>,
  now: Date,
): CustomerFile['reviews'] {
  return reviewKind.options.flatMap((kind) => {
    const at = reviewDueAt(settings, kind, file);
    if (at === null || reviewPeriod(settings, kind) === null || !file.kinds.includes(kind)) return [];
    const overdue = at.getTime() + settings.grace * dayMs < now.getTime();
    const last = reviewed[kind];
    return [{ kind, reviewedAt: last ? new Date(last).toISOString() : null, dueAt: at.toISOString(), overdue }];
  });
}

/**
 * Sets fields as their definitions allow. An empty text empties a field.
 *
 * @throws HubError `invalid_input` naming each field; `conflict` with what is there now, when somebody else was quicker
 */
export async function changeFields(
  parts: Parts,
  principal: Principal,
  id: string,
  { changes }: FieldChanges,
  correlationId: string,
): Promise<void> {
  const keys = changes.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) throw new HubError('invalid_input', 'changes: a field is named twice');
  const fields = await listCustomFields(parts.db.sql, 'customer');
  const checked = checkedValues(fields, changes);
  const outcome = await setCustomerFields(
    parts.db.sql,
    id,
    await sealChanges(
      parts,
      id,
      fields,
      changes.map((change) => ({ ...change, value: checked.get(change.key) ?? null })),
    ),
    {
      source: principal.via === 'api-key' ? 'api' : 'agent',
      sourceRef: null,
      actorId: principal.agentId,
      correlationId,
    },
  );
  if ('conflicts' in outcome)
    throw new HubError('conflict', `Changed meanwhile: ${outcome.conflicts.map(({ key }) => key).join(', ')}`, {
      present: await presentEntries(
        parts,
        principal,
        id,
        fields,
        await entriesOf(
          parts,
          id,
          outcome.conflicts.map(({ key }) => key),
        ),
      ),
      issues: outcome.conflicts.map(({ key }) => ({ path: key, message: 'changed meanwhile' })),
    });
  parts.relay.nudge();
}

async function entriesOf(parts: Parts, id: string, keys: readonly string[]): Promise<FieldEntry[]> {
  return (await listFieldEntries(parts.db.sql, id)).filter(({ key }) => keys.includes(key));
}

function checkedValues(fields: readonly CustomField[], changes: FieldChanges['changes']): Map<string, unknown> {
  const { displayName, ...given } = Object.fromEntries(changes.map(({ key, value }) => [key, value ?? undefined]));
  const { values, problems } = checkRequest(
    fields.map((field) => asRequestField(field, false)),
    given,
    matchesInTime,
  );
  const issues = problems.map(({ field, problem }) => ({ path: field, message: problem as string }));
  const checked = new Map<string, unknown>(Object.entries(values));
  if (changes.some(({ key }) => key === 'displayName')) {
    const name = typeof displayName === 'string' ? displayName.trim() : '';
    if (name === '' || name.length > 200) issues.push({ path: 'displayName', message: 'required' });
    checked.set('displayName', name);
  }
  if (issues[0]) throw new HubError('invalid_input', `${issues[0].path}: ${issues[0].message}`, { issues });
  return checked;
}
